/* Draws incidents as lines. Words enter the page through textContent alone; names within sentences
 * and notes come with marks of their own direction. A line that did not
 * change is kept, so that the keyboard's focus stays where it is when the list is read again.
 */

const TICK_MS = 5000;
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function isolated(text, className) {
  const node = make("bdi", className, text);
  node.dir = "auto";
  return node;
}

function age(timeMs, format) {
  const seconds = Math.max(Math.round((Date.now() - timeMs) / 1000), 1);
  const [unit, size] = STEPS.find(([, step]) => seconds >= step);
  return format.format(-Math.floor(seconds / size), unit);
}

function draw(line, open) {
  const node = make("li", `${line.status} ${line.severity}`);
  // What leads nowhere is no link: an incident that only would have opened.
  const link = make(line.address ? "a" : "div", "line");
  if (line.address) {
    link.href = line.address;
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(line.key);
    };
  }
  const head = make("span", "head");
  head.append(make("span", "severity", line.severity_word), isolated(line.brand, "brand"));
  head.append(make("span", "state", line.status_word));
  for (const note of line.notes) head.append(make("span", "note", note));
  const time = make("time");
  time.dateTime = new Date(line.time_ms).toISOString();
  time.title = line.time_word;
  time.dataset.ms = line.time_ms;
  head.append(time);
  link.append(head, make("span", "sentence", line.sentence));
  node.append(link);
  return node;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const list = parentElement.querySelector(".incidents");
  list.setAttribute("aria-label", data.label);
  list.kept ??= new Map();
  const wanted = new Map(data.lines.map((line) => [line.key, line]));
  for (const [key, entry] of list.kept) {
    if (wanted.has(key)) continue;
    entry.node.remove();
    list.kept.delete(key);
  }
  let place = list.firstElementChild;
  for (const [key, line] of wanted) {
    const said = JSON.stringify(line);
    let entry = list.kept.get(key);
    if (!entry || entry.said !== said) {
      const node = draw(line, (chosen) => setTriggerValue("open", chosen));
      if (entry) {
        if (entry.node === place) place = place.nextElementSibling;
        const focused = entry.node.contains(parentElement.getRootNode().activeElement);
        entry.node.remove();
        list.insertBefore(node, place);
        if (focused) node.querySelector("a")?.focus();
      } else list.insertBefore(node, place);
      list.kept.set(key, { node, said });
    } else if (entry.node === place) place = place.nextElementSibling;
    else list.insertBefore(entry.node, place);
  }
  const format = new Intl.RelativeTimeFormat(data.locale, { style: "narrow", numeric: "always" });
  const tell = () => {
    for (const node of list.querySelectorAll("time")) {
      node.textContent = age(Number(node.dataset.ms), format);
    }
  };
  tell();
  clearInterval(list.ticking);
  list.ticking = setInterval(tell, TICK_MS);
  return () => clearInterval(list.ticking);
}
