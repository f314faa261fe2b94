// A grid of any number of pictures: only the cells in sight are in the page, and one of them has the keyboard.

const GAP = 14;
const MARGIN = 600; // pixels above and below the window that are kept ready

export class PictureGrid {
  /**
   * `fill(li, index)` puts a picture's content into an empty cell; `key(index)` names what it shows, so that a cell
   * that moves is kept. `wordsHeight` is the height of what stands below each picture.
   */
  constructor(list, { fill, key, wordsHeight, size, onRange = () => {} }) {
    Object.assign(this, { list, fill, key, wordsHeight, size, onRange });
    this.count = 0;
    this.active = 0;
    this.cells = new Map();
    this.columns = 1;
    new ResizeObserver(() => this.layout()).observe(list);
    document.addEventListener("scroll", () => this.request(), { passive: true });
    list.addEventListener("keydown", (event) => this.onKey(event));
    list.addEventListener("focusin", (event) => {
      const cell = event.target.closest("li");
      if (cell) this.setActive(Number(cell.dataset.index));
    });
  }

  setCount(count) {
    this.count = count;
    this.active = Math.max(0, Math.min(this.active, count - 1));
    this.layout();
  }

  setSize(size) {
    this.size = size;
    this.layout();
  }

  /** What these cells show has changed. */
  refresh(first = 0, last = this.count) {
    for (const [key, cell] of this.cells) {
      const index = Number(cell.dataset.index);
      if (index >= first && index < last) {
        const focused = cell.contains(document.activeElement);
        cell.remove();
        this.cells.delete(key);
        if (focused) this.focusSoon = true;
      }
    }
    this.draw();
  }

  layout() {
    const width = this.list.clientWidth;
    if (!width) return;
    const least = Math.min(this.size, (width - GAP) / 2);
    this.columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
    this.cellWidth = (width - GAP * (this.columns - 1)) / this.columns;
    this.cellHeight = Math.round(this.cellWidth * 0.75) + this.wordsHeight;
    const rows = Math.ceil(this.count / this.columns);
    const style = this.list.style;
    style.height = `${Math.max(0, rows * (this.cellHeight + GAP) - GAP)}px`;
    style.setProperty("--cell-width", `${this.cellWidth}px`);
    style.setProperty("--cell-height", `${this.cellHeight}px`);
    this.draw();
  }

  request() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  draw() {
    if (!this.list.clientWidth || !this.cellHeight) return;
    const top = this.list.getBoundingClientRect().top;
    const pitch = this.cellHeight + GAP;
    const firstRow = Math.max(0, Math.floor((-top - MARGIN) / pitch));
    const lastRow = Math.ceil((window.innerHeight - top + MARGIN) / pitch);
    const first = Math.min(this.count, firstRow * this.columns);
    const last = Math.max(first, Math.min(this.count, lastRow * this.columns));
    const wanted = new Map();
    for (let index = first; index < last; index++) wanted.set(this.key(index), index);
    if (this.count && this.holdsFocus()) wanted.set(this.key(this.active), this.active);
    for (const [key, cell] of this.cells) {
      if (wanted.has(key)) continue;
      cell.remove();
      this.cells.delete(key);
    }
    for (const [key, index] of wanted) this.place(key, index);
    this.order(wanted);
    if (last > first) this.onRange(first, last);
  }

  place(key, index) {
    let cell = this.cells.get(key);
    if (!cell) {
      cell = document.createElement("li");
      cell.dataset.index = index;
      this.fill(cell, index);
      this.cells.set(key, cell);
    }
    cell.dataset.index = index;
    cell.setAttribute("aria-posinset", index + 1);
    cell.setAttribute("aria-setsize", this.count);
    const x = (index % this.columns) * (this.cellWidth + GAP);
    const y = Math.floor(index / this.columns) * (this.cellHeight + GAP);
    cell.style.transform = `translate(${x}px, ${y}px)`;
    this.setTabStops(cell, index === this.active);
  }

  /** The order of the elements is the order of the pictures; a cell in its place is not touched, so focus stays. */
  order(wanted) {
    let next = this.list.firstChild;
    for (const [key] of [...wanted].sort((one, other) => one[1] - other[1])) {
      const cell = this.cells.get(key);
      if (cell === next) next = next.nextSibling;
      else this.list.insertBefore(cell, next);
    }
    if (this.focusSoon) {
      this.focusSoon = false;
      this.focus();
    }
  }

  holdsFocus() {
    return this.list.contains(document.activeElement) || this.focusSoon;
  }

  setTabStops(cell, on) {
    for (const control of cell.querySelectorAll("button, a")) control.tabIndex = on ? 0 : -1;
  }

  setActive(index) {
    this.active = index;
    for (const cell of this.cells.values()) this.setTabStops(cell, Number(cell.dataset.index) === index);
  }

  /** Moves the keyboard there, wherever it is. */
  go(index) {
    if (!this.count) return;
    this.setActive(Math.max(0, Math.min(this.count - 1, index)));
    const pitch = this.cellHeight + GAP;
    const y = this.list.getBoundingClientRect().top + Math.floor(this.active / this.columns) * pitch;
    const head = 150;
    const foot = window.innerHeight - 90;
    if (y < head) window.scrollBy({ top: y - head, behavior: "instant" });
    else if (y + this.cellHeight > foot) window.scrollBy({ top: y + this.cellHeight - foot, behavior: "instant" });
    this.focusSoon = true;
    this.draw();
  }

  focus() {
    const cell = this.cells.get(this.key(this.active));
    // What is not there yet holds the keyboard itself, until its picture comes.
    if (cell) cell.tabIndex = -1;
    (cell?.querySelector("button, a") ?? cell)?.focus({ preventScroll: true });
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((window.innerHeight - 200) / (this.cellHeight + GAP))) * this.columns;
    const steps = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this.columns,
      ArrowDown: this.columns,
      PageUp: -page,
      PageDown: page,
      Home: -this.count,
      End: this.count,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const target = this.active + steps[event.key];
    const vertical = Math.abs(steps[event.key]) !== 1;
    if (vertical && event.key.startsWith("Arrow") && (target < 0 || target >= this.count)) {
      if (target >= this.count && Math.floor(target / this.columns) * this.columns < this.count) this.go(this.count - 1);
      return;
    }
    this.go(target);
  }
}
