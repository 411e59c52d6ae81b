# The conversion of occuform convert as a jq program: jq -r -f convert.jq INPUT > OUTPUT. Takes no lines with error.
def code: [.codeCategory, .codeLabel, .codeConfidence];
[.recordId, .codeStatus, .error, .input.occp_text, .input.tasks_text]
  + (.result | code)
  + ([.suggestions[0, 1, 2]] | map(code) | add)
| @csv
