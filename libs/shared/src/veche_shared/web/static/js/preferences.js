// The theme switch without a reload, and small comforts of forms. Every page works without this file.

const COOKIE_YEAR = 365 * 24 * 3600;

for (const link of document.querySelectorAll("[data-theme-choice]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const theme = link.dataset.themeChoice;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `veche_theme=${theme}; Max-Age=${COOKIE_YEAR}; Path=/; SameSite=Lax${secure}`;
    document.documentElement.dataset.theme = theme;
    for (const other of document.querySelectorAll("[data-theme-choice]")) {
      other.toggleAttribute("aria-current", false);
    }
    link.setAttribute("aria-current", "true");
  });
}

// How many letters are left is shown only near the end: a counter from the first letter on would distract.
const NEAR_THE_END = 0.9;
const plural = new Intl.PluralRules(document.documentElement.lang);

function countLetters(area) {
  const counter = document.getElementById(area.dataset.counter);
  const left = area.maxLength - area.value.length;
  const forms = JSON.parse(counter.dataset.forms);
  const near = area.value.length >= area.maxLength * NEAR_THE_END;
  counter.textContent = near ? forms[plural.select(left)].replace("#", left) : "";
}

for (const area of document.querySelectorAll("textarea[data-counter]")) {
  area.addEventListener("input", () => countLetters(area));
  countLetters(area);
}

// After a refused form the reader starts at what is to be corrected.
document.querySelector("[data-error-summary]")?.focus();
