/** The element of this id. */
export function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** Sets a text only where it changed, which keeps the page calm and selections alive. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets the class names only where they changed. */
export function setClass(node, className) {
  if (node.className !== className) node.className = className;
}

/**
 * Makes `body` hold exactly `rows` table rows of `columns` cells, the first of them a row header where asked for.
 * @returns the rows, to be filled
 */
export function sizeRows(body, rows, columns, hasHeader = true) {
  while (body.rows.length > rows) body.deleteRow(-1);
  while (body.rows.length < rows) {
    const row = body.insertRow();
    for (let column = 0; column < columns; column++) {
      const cell = document.createElement(column === 0 && hasHeader ? 'th' : 'td');
      if (cell.tagName === 'TH') cell.scope = 'row';
      row.append(cell);
    }
  }
  return body.rows;
}

/**
 * Fills a table body with a row for each view. A column is a function that makes the text, and class names or a function that
 * makes them.
 */
export function fillTable(body, columns, views) {
  const rows = sizeRows(body, views.length, columns.length);
  views.forEach((view, index) => {
    columns.forEach(([text, className = ''], column) => {
      const cell = rows[index].cells[column];
      const shown = text(view);
      setText(cell, shown);
      // A cell may be too narrow for what it says.
      if (cell.title !== shown) cell.title = shown;
      setClass(cell, typeof className === 'function' ? className(view) : className);
    });
  });
}

/** Fills a definition list with (name, text, class) facts, keeping its elements. */
export function setFacts(list, facts) {
  while (list.children.length > facts.length) list.lastElementChild.remove();
  while (list.children.length < facts.length) {
    const pair = document.createElement('div');
    pair.append(document.createElement('dt'), document.createElement('dd'));
    list.append(pair);
  }
  facts.forEach(([name, text, className = ''], index) => {
    const [term, value] = list.children[index].children;
    setText(term, name);
    setText(value, text);
    setClass(value, className);
  });
}
