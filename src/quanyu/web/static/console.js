// A choice in a form of choices opens its address at once.
document.addEventListener("change", (event) => event.target.closest("form.choice")?.submit());
