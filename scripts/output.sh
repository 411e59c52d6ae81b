# How the commands speak: numbered steps with the time they took, and one clear line when something stops them.

step_number=0
started=$SECONDS

# step TEXT: begins a step.
step() {
  step_number=$((step_number + 1))
  printf '\n[%d] %s (%s so far)\n' "$step_number" "$1" "$(minutes $((SECONDS - started)))" >&2
}

fail() {
  printf '\ndev: %s\n' "$1" >&2
  exit 1
}

minutes() {
  printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}
