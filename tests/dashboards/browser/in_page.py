"""JavaScript that looks at the page from inside."""

# Marks parts of the page, and looks at every frame for one that is not there or pales.
WATCH = """
parts => {
  window.blinks = [];
  window.frames_seen = 0;
  for (const part of parts) document.querySelector(part).kept = true;
  const look = () => {
    window.frames_seen += 1;
    for (const part of parts) {
      const node = document.querySelector(part);
      const seen = node?.checkVisibility({ opacityProperty: true });
      let pale = false;
      for (let e = node; e; e = e.parentElement) pale ||= getComputedStyle(e).opacity < 1;
      if (!seen || pale) window.blinks.push(part);
    }
    requestAnimationFrame(look);
  };
  look();
}
"""
# WCAG's contrast of a text with what is painted behind it.
CONTRAST = """
element => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  const paint = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(value => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = [];
  for (let e = element; e; e = e.parentElement ?? e.getRootNode().host) {
    behind.unshift(getComputedStyle(e).backgroundColor);
  }
  const ground = behind.map(paint).at(-1);
  const text = paint(getComputedStyle(element).color);
  return (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
}
"""
