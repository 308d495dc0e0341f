"use strict";

const MARKS = { played: "✓", succeeded: "✓", failed: "✗", playing: "▶", skipped: "–" };
const of = (id) => document.getElementById(id);
let times = null;
let received = 0;
let over = false;

// Text only, never markup: names and messages come from programs.
function made(name, className, ...content) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

function marked(state, ...content) {
  return [made("span", "mark", MARKS[state] || "·"), ...content];
}

function act(row) {
  const seconds = row.state === "played" ? `${row.seconds.toFixed(1)} s` : "";
  const title = made("span", "title", `${row.number} ${row.title}`);
  const state = made("span", "seconds", seconds || (row.state === "not reached" ? "" : row.state));
  const shows = row.shows ? [made("span", "shows", row.shows)] : [];
  return made("li", row.state.replace(" ", "-"), ...marked(row.state, title, state, ...shows));
}

function account(row) {
  const count = `${row.actions} ${row.actions === 1 ? "action" : "actions"}`;
  return made(
    "li", row.failed ? "failed" : row.actions ? "busy" : "",
    made("b", "", row.role),
    made("span", "place", row.account), made("span", "place", row.region),
    made("span", "count", count), made("span", "last", row.last),
  );
}

function run(row) {
  const items = row.actions.map((action) => {
    const item = made("li", action.status, ...marked(action.status, action.name));
    item.append(made("span", "seconds", `${action.seconds.toFixed(1)} s`));
    if (action.status === "failed") item.append(made("span", "why", action.result));
    return item;
  });
  const title = row.number > 1 ? `${row.pipeline}, run ${row.number}` : row.pipeline;
  return made("article", "", made("h3", "", title), made("ul", "", ...items));
}

function show(scene) {
  of("acts").replaceChildren(...scene.acts.map(act));
  of("accounts").replaceChildren(...scene.accounts.map(account));
  of("lines").replaceChildren(...scene.lines.slice().reverse().map((text) => made("li", "", text)));
  of("runs").replaceChildren(...scene.runs.slice().reverse().map(run));
  const playing = scene.acts.find((row) => row.state === "playing");
  const text = scene.ended || (playing ? `Act ${playing.number}: ${playing.title}` : "Between two acts");
  if (of("state").textContent !== text) of("state").textContent = text;
  of("state").className = scene.failed ? "failed" : scene.ended ? "played" : "";
  document.title = `${scene.failed ? "Failed" : scene.ended ? "Played" : text} – rehearsal`;
  over = Boolean(scene.ended);
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  if (!times || over) return;
  const since = (performance.now() - received) / 1000;
  of("total").textContent = `${clock(times.total + since)} in all`;
  of("act").textContent = `${clock(times.act + since)} in this act`;
}

const source = new EventSource("events");
source.onmessage = (event) => {
  const news = JSON.parse(event.data);
  times = news.times;
  received = performance.now();
  show(news.scene);
  tick();
};
source.addEventListener("gone", () => {
  source.close();
  of("act").textContent = "The rehearsal has left; its report is the file that the terminal names.";
  times = null;
});
source.onerror = () => { of("act").textContent = "Nothing is heard of the rehearsal; trying again."; };
setInterval(tick, 1000);
