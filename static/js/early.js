// Runs before the first paint: says that scripts work, so that bars and lanes may be drawn.
document.documentElement.classList.add("js");
