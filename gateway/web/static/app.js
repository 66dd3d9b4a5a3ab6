// Everything here is an addition: each page and form works without it.

const live = document.getElementById("live");

function announce(text) {
  live.textContent = "";
  requestAnimationFrame(() => (live.textContent = text));
}

// Focus goes to what went wrong, or to what was just done.
document.querySelector("[data-focus]")?.focus();

// On a phone the navigation folds away behind a button.
const toggle = document.getElementById("nav-toggle");
if (toggle) {
  const nav = document.getElementById("nav");
  toggle.hidden = false;
  nav.classList.add("is-foldable");
  toggle.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", open);
    nav.classList.toggle("is-open", open);
  });
}

const theme = document.getElementById("theme-toggle");
if (theme) {
  const root = document.documentElement;
  const show = () => theme.setAttribute("aria-pressed", root.dataset.bsTheme === "dark");
  theme.hidden = false;
  show();
  theme.addEventListener("click", () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.bsTheme);
    } catch {
      // the choice then lasts for this page
    }
    show();
  });
}

// A group of the navigation closes when one goes elsewhere.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu details[open]")) if (!menu.contains(event.target)) menu.open = false;
});
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".menu details[open]");
  if (!menu) return;
  menu.open = false;
  menu.firstElementChild.focus();
});

// A date is typed day first; the button opens the browser's calendar, whatever way round that writes dates.
function addCalendar(field) {
  const button = document.createElement("button");
  const picker = document.createElement("input");
  button.type = "button";
  button.className = "date-pick";
  button.innerHTML = calendarIcon;
  button.ariaLabel = `Chọn ngày: ${field.labels[0].textContent.trim()}`;
  Object.assign(picker, { type: "date", tabIndex: -1, ariaHidden: "true", min: field.dataset.min ?? "", max: field.dataset.max ?? "" });
  button.addEventListener("click", () => {
    picker.value = field.value.split("/").reverse().join("-");
    picker.showPicker();
  });
  picker.addEventListener("input", () => {
    field.value = picker.value.split("-").reverse().join("/");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  const entry = field.parentElement;
  entry.classList.add("has-pick");
  entry.append(button);
  const place = document.createElement("span");
  place.className = "date-place";
  place.append(picker);
  entry.append(place);
}
const icons = document.querySelector("use")?.getAttribute("href").split("#")[0];
const calendarIcon = `<svg class="icon" aria-hidden="true"><use href="${icons}#calendar"></use></svg>`;
if ("showPicker" in HTMLInputElement.prototype) document.querySelectorAll("[data-date]").forEach(addCalendar);

// Long lists can be searched by typing, with or without diacritics.
function enhance(root) {
  for (const select of root.querySelectorAll("select[data-search]:not(.tomselected)")) {
    const search = new TomSelect(select, {
      plugins: select.multiple ? { remove_button: { title: "Bỏ" } } : {},
      maxOptions: null,
      hidePlaceholder: true,
      render: {
        no_results: () => '<div class="no-results">Không có kết quả phù hợp</div>',
      },
    });
    // The list behind the search is for the form alone; what describes it describes the search.
    select.ariaHidden = "true";
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) search.control_input.setAttribute(name, select.getAttribute(name));
    }
  }
}
enhance(document);

// A message of the error summary leads to its field, also where Tom Select has hidden it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".error-summary a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  field?.closest("details")?.setAttribute("open", "");
  if (field?.tomselect) {
    event.preventDefault();
    field.tomselect.focus();
  }
});

// A class with a deadline asks for its date and kind; one without hides them, and may have phases instead.
function showDeadline(task) {
  const none = task.querySelector('[data-deadline-answer][value="no"]')?.checked ?? false;
  for (const part of task.querySelectorAll("[data-deadline]")) part.hidden = none;
  for (const part of task.querySelectorAll("[data-phases]")) part.hidden = !none;
}
for (const task of document.querySelectorAll("[data-task]")) {
  showDeadline(task);
  task.addEventListener("change", () => showDeadline(task));
}

// The second click on a button that sends is lost, so that nobody wonders what came of it; request_id covers the rest.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (sourceElement.matches("[data-preview]")) {
    // The date goes by one name, whatever its field is called.
    request.body = new FormData();
    request.body.set("date", sourceElement.value);
    const before = sourceElement.form.elements[sourceElement.name.replace("due_date", "due_before")];
    if (before?.checked) request.body.set("before", "1");
  } else if (sourceElement.matches("[data-suggest]")) {
    const { elements } = sourceElement.form;
    request.body = new FormData();
    for (const name of ["csrf_token", "secrecy", "issue_date"]) request.body.set(name, elements[name]?.value ?? "");
    request.body.set("content", sourceElement.value);
  } else if (sourceElement.matches("form[method=get]")) {
    // An address names only what was asked for.
    for (const name of new Set(request.body.keys())) {
      const given = request.body.getAll(name).filter((value) => value !== "");
      request.body.delete(name);
      given.forEach((value) => request.body.append(name, value));
    }
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx.target;
  enhance(target);
  const said = target.querySelector("[data-announce]");
  if (said) announce(said.textContent.trim());
});

// Neither a broken connection nor an answer without a page may leave a list empty.
const lost = "Không tải được dữ liệu. Kiểm tra kết nối mạng rồi thử lại.";
document.addEventListener("htmx:error", () => announce(lost));
document.addEventListener("htmx:before:swap", (event) => {
  const { response, text } = event.detail.ctx;
  if (response?.status >= 500 && !text?.includes("data-error-panel")) {
    event.preventDefault();
    announce(lost);
  }
});
