// Runs before the first paint: says that scripts work, so that bars and lanes may be drawn. It is written with the
// newest words the other scripts use (ES2020): a browser that cannot read them cannot read this line either, is not
// marked, and gets the page as it is without scripts instead of one that waits for them.
document.documentElement?.classList.add("js") ?? 0;
