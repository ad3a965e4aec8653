// What the scripts of every self-contained page use. They find it in globalThis.page.

const element = (tag, { className = '', text = '' } = {}, ...children) => {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  made.append(...children);
  return made;
};

globalThis.page = { element };
