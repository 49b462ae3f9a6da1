/* Draws posts as cards. A post's words enter the page through textContent alone: nothing in them
 * is ever markup. Cards are kept by key, so that one that a reader unfolded, or reads half-way
 * down, stays where and as it is when new ones arrive.
 */

const RELATIVE_STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const TICK_MS = 5000;

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/* Words of others, in their own direction whatever stands around them. */
function isolated(text, className, direction = "auto") {
  const node = make("bdi", className, text);
  node.dir = direction;
  return node;
}

function relative(timeMs, words, format) {
  const seconds = Math.round((Date.now() - timeMs) / 1000);
  if (seconds < 2) return words.just_now;
  const [unit, size] = RELATIVE_STEPS.find(([, step]) => seconds >= step);
  return format.format(-Math.floor(seconds / size), unit);
}

function header(card, words, formats) {
  const row = make("header");
  row.append(isolated(card.brand, "brand"));
  if (card.product) row.append(isolated(card.product, "quiet"));
  row.append(isolated(card.source, "quiet"));
  if (card.lang_name) row.append(make("span", "tag", card.lang_name));
  if (card.translate) row.append(translator(card, words));
  if (card.copies > 1) {
    const count = formats.number.format(card.copies);
    row.append(make("span", "tag copies", words.copies.replace("{count}", count)));
  }
  const time = make("time");
  const moment = new Date(card.time_ms);
  time.dateTime = moment.toISOString();
  time.title = formats.full.format(moment);
  time.dataset.ms = card.time_ms;
  const end = make("span", "end");
  end.append(time, " ", source(card, words));
  row.append(end);
  return row;
}

function body(card, words) {
  const block = make("div", card.folded ? "body folded" : "body");
  const text = isolated(card.text, "text", card.direction);
  // Also where it is not known (""): else it would pass for the page's own.
  text.lang = card.lang;
  block.append(text);
  if (!card.folded) return block;
  const note = make("p", "quiet note", words.cut);
  note.hidden = true;
  const toggle = make("button", "link", words.whole);
  toggle.type = "button";
  toggle.setAttribute("aria-expanded", "false");
  toggle.onclick = () => {
    const folded = block.classList.toggle("folded");
    toggle.textContent = folded ? words.whole : words.less;
    toggle.setAttribute("aria-expanded", String(!folded));
    note.hidden = folded || !card.cut;
  };
  block.append(note, toggle);
  return block;
}

function footer(card, words, formats, onTopic, onLabel) {
  const row = make("footer");
  const mood = make(onLabel ? "button" : "span", `mood ${card.sentiment}`);
  mood.append(make("span", "dot"), words.sentiments[card.sentiment] ?? card.sentiment);
  mood.append(make("span", "score", card.score));
  mood.title = `${words.score}: ${words.score_help}`;
  row.append(mood);
  if (onLabel) row.append(labels(card, words, mood, onLabel));
  for (const topic of card.topics) {
    const chip = make("button", "chip");
    chip.type = "button";
    chip.title = words.topic_help;
    chip.append(isolated(topic.label));
    chip.onclick = () => onTopic(topic.name);
    row.append(chip);
  }
  if (card.rating !== null) row.append(make("span", "quiet", `${words.rating} ${card.rating}`));
  if (card.reach) {
    row.append(make("span", "quiet", `${words.reach} ${formats.number.format(card.reach)}`));
  }
  if (card.author) row.append(isolated(card.author, "quiet author"));
  if (card.country) row.append(make("span", "quiet", card.country));
  if (card.address) row.append(isolated(card.address, "quiet address"));
  return row;
}

/* What a reader may say instead; shown once the mood is clicked. */
function labels(card, words, mood, onLabel) {
  const row = make("span", "labels");
  row.hidden = true;
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", words.correct);
  mood.type = "button";
  mood.title = `${mood.title}\n${words.correct_help}`;
  mood.setAttribute("aria-expanded", "false");
  mood.onclick = () => {
    row.hidden = !row.hidden;
    mood.setAttribute("aria-expanded", String(!row.hidden));
  };
  const choice = (sentiment, label) => {
    const chip = make("button", "chip", label);
    chip.type = "button";
    chip.onclick = () => {
      row.hidden = true;
      onLabel({ key: card.key, sentiment });
    };
    row.append(chip);
  };
  for (const [sentiment, label] of Object.entries(words.sentiments)) {
    if (sentiment !== card.sentiment) choice(sentiment, label);
  }
  choice("", words.uncorrect);
  return row;
}

/* The reader's own translator, with the text in its address: sent there by a click alone. */
function translator(card, words) {
  const { address, cut, host } = card.translate;
  if (!/^https?:\/\//.test(address)) return "";
  const link = make("a", "translate", words.translate);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.title = (cut ? words.translate_cut : words.translate_help).replace("{host}", host);
  return link;
}

/* Where the post was published; an address that is not safe to follow is text, in the footer. */
function source(card, words) {
  if (!/^https?:\/\//.test(card.link)) return "";
  const link = make("a", "open", "↗");
  link.setAttribute("aria-label", `${words.open}: ${card.host}`);
  link.href = card.link;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow ugc";
  link.title = `${words.open}: ${card.host}`;
  return link;
}

function draw(card, words, formats, onTopic, onLabel) {
  const node = make("article", card.sentiment);
  node.append(header(card, words, formats), body(card, words));
  node.append(footer(card, words, formats, onTopic, onLabel));
  return node;
}

/* Bring the list in line with the cards: reuse what is there, so that nothing jumps. */
function reconcile(list, kept, cards, drawCard) {
  const isFirst = kept.size === 0;
  const wanted = new Set(cards.map((card) => card.key));
  for (const [key, entry] of kept) {
    if (!wanted.has(key)) {
      entry.node.remove();
      kept.delete(key);
    }
  }
  let place = list.firstElementChild;
  for (const card of cards) {
    const said = JSON.stringify(card);
    const entry = kept.get(card.key);
    if (entry && entry.said === said) {
      if (entry.node === place) place = place.nextElementSibling;
      else list.insertBefore(entry.node, place);
      continue;
    }
    const node = drawCard(card);
    if (entry) {
      if (entry.node === place) place = place.nextElementSibling;
      entry.node.replaceWith(node);
    } else {
      if (!isFirst) node.classList.add("new");
      list.insertBefore(node, place);
    }
    kept.set(card.key, { node, said });
  }
}

function tail(root, data, setTriggerValue) {
  const { words } = data;
  const row = make("div", "tail");
  if (!data.cards.length) row.append(make("p", "quiet", words.empty));
  else if (data.more) {
    const button = make("button", "more", words.more);
    button.type = "button";
    button.onclick = () => {
      button.disabled = true;
      setTriggerValue("more", data.cards[data.cards.length - 1].key);
    };
    row.append(button);
  } else row.append(make("p", "quiet", data.end));
  root.querySelector(".tail").replaceChildren(...row.childNodes);
}

/* Whether somebody reads: then the list must not move under their eyes. */
function isRead(root) {
  return root.scrollTop > 4 || root.matches(":hover") || root.querySelector(":focus-visible") !== null;
}

/* Show how many posts wait for a reader who is in the middle of the list. */
function announce(root, waiting, words, show) {
  const pill = root.querySelector(".waiting");
  pill.hidden = waiting === 0;
  pill.textContent = `↑ ${words.waiting.replace("{count}", waiting)}`;
  pill.onclick = () => {
    root.scrollTop = 0;
    show();
  };
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".feed");
  const list = root.querySelector(".cards");
  root.setAttribute("aria-label", data.words.label);
  const another = root.filter !== data.filter;
  if (another) {
    // Another question has another answer: start at its top.
    list.replaceChildren();
    root.kept = new Map();
    root.scrollTop = 0;
  }
  const asked = another || root.reach !== data.reach;
  root.filter = data.filter;
  root.reach = data.reach;

  const locale = data.locale || undefined;
  const formats = {
    full: new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" }),
    number: new Intl.NumberFormat(locale, { notation: "compact" }),
    age: new Intl.RelativeTimeFormat(locale, { style: "narrow", numeric: "always" }),
  };
  const tell = () => {
    for (const node of list.querySelectorAll("time")) {
      node.textContent = relative(Number(node.dataset.ms), data.words, formats.age);
    }
  };
  const onTopic = (name) => setTriggerValue("topic", name);
  const onLabel = data.labels ? (said) => setTriggerValue("label", said) : null;
  const drawCard = (card) => draw(card, data.words, formats, onTopic, onLabel);
  const show = () => {
    reconcile(list, root.kept, data.cards, drawCard);
    tail(root, data, setTriggerValue);
    announce(root, 0, data.words, show);
    tell();
  };
  const settle = () => {
    const fresh = data.cards.filter((card) => !root.kept.has(card.key)).length;
    if (fresh && isRead(root)) announce(root, fresh, data.words, show);
    else show();
  };
  if (asked || root.kept.size === 0) show();
  else settle();
  root.onmouseleave = settle;
  root.onscroll = () => {
    if (root.scrollTop === 0) settle();
  };

  clearInterval(root.ticking);
  root.ticking = setInterval(tell, TICK_MS);
  return () => clearInterval(root.ticking);
}
