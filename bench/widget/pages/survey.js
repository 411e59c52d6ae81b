import { Model } from "survey-core";
import "survey-core/survey-core.min.css";
import { renderSurvey } from "survey-js-ui";
import { debounced, lookup } from "./lookup.js";

const survey = new Model({
  textUpdateMode: "onTyping",
  elements: [
    { type: "text", name: "title", title: "What is your job title?" },
    { type: "text", name: "tasks", title: "What are your main tasks in that job?" },
    { type: "radiogroup", name: "job", title: "Which of these is closest?", choices: [], visible: false },
  ],
});
const ask = debounced(async (title) => {
  const job = survey.getQuestionByName("job");
  job.choices = (await lookup(title)).map(({ codeCategory, codeLabel }) => ({ value: codeCategory, text: codeLabel }));
  job.visible = true;
});
survey.onValueChanged.add((_, { name, value }) => name === "title" && value.length > 2 && ask(value));
renderSurvey(survey, document.getElementById("place"));
