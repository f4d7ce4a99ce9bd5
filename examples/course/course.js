// A course page that listens to its exhibits.
/* global document, addEventListener */
const log = document.querySelector('#log');
const frame = document.querySelector('#by-frame');
const exhibits = new URL(frame.src).origin;

function note(text) {
  const item = document.createElement('li');
  item.textContent = text;
  log.append(item);
}

// A frame of one's own sends plain messages: take them only from where the frame was loaded.
addEventListener('message', ({ origin, source, data }) => {
  if (origin !== exhibits || source !== frame.contentWindow || data?.source !== 'convolab') return;
  if (data.kind === 'height') frame.style.height = `${data.height + 2}px`;
  if (data.kind === 'ready') note('The frame is ready.');
  if (data.kind === 'answered')
    note(`“${data.question}”: guessed ${data.guess}, and it is ${data.answer}.`);
});

// The element follows its height by itself and sends DOM events.
const element = document.querySelector('#by-element');
element.addEventListener('convolab-ready', () => note('The element is ready.'));
element.addEventListener('convolab-answered', ({ detail }) =>
  note(`“${detail.question}”: guessed ${detail.guess}, and it is ${detail.answer}.`),
);
