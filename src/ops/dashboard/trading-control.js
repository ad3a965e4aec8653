import { element, setText } from './dom.js';

const MESSAGE_MS = 15_000;

const dialog = element('control');
const form = dialog.querySelector('form');
const { reason, by } = form.elements;
const confirm = element('control-confirm');
const trouble = element('control-trouble');
const clearButton = element('trading-clear');
const message = element('trading-message');

const ACTIONS = {
  stop: {
    title: 'Stop all trading?',
    text: 'Nothing more is sent, and every open order is cancelled. Positions stay as they are until a person clears the stop.',
    button: 'Stop trading',
  },
  clear: {
    title: 'Clear the stop?',
    text: 'Trading goes on at once. Make sure that what stopped it is over.',
    button: 'Let it trade',
  },
};
const TAKE_OVER = {
  title: 'Take over what the venues hold?',
  text: 'What the ledger does not explain is booked as the venues have it, and trading begins.',
  button: 'Take over and trade',
};

let action = 'stop';
let isBlocked = false;

/** A stop can be cleared, and so can a start that differences keep from trading. */
export function setCanClear({ halt, state }) {
  isBlocked = state === 'blocked';
  clearButton.disabled = halt === null && !isBlocked;
}

element('trading-stop').addEventListener('click', () => ask('stop'));
clearButton.addEventListener('click', () => ask('clear'));
element('control-cancel').addEventListener('click', () => dialog.close());
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});

function ask(kind) {
  const { title, text, button } = kind === 'clear' && isBlocked ? TAKE_OVER : ACTIONS[kind];
  action = kind;
  setText(element('control-title'), title);
  setText(element('control-text'), text);
  setText(confirm, button);
  setText(trouble, '');
  element('control-reason').hidden = kind === 'clear';
  reason.disabled = kind === 'clear';
  reason.value = '';
  dialog.showModal();
}

async function send() {
  confirm.disabled = true;
  setText(trouble, '');
  try {
    const body = action === 'stop' ? { reason: reason.value, by: by.value } : { by: by.value };
    const response = await fetch(`/api/v1/${action}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error.message);
    dialog.close();
    say(answer.message);
  } catch (error) {
    setText(trouble, error instanceof TypeError ? 'The engine cannot be reached.' : error.message);
  } finally {
    confirm.disabled = false;
  }
}

/** Says what became of it, for long enough to be read. */
function say(text) {
  setText(message, text);
  setTimeout(() => {
    if (message.textContent === text) setText(message, '');
  }, MESSAGE_MS);
}
