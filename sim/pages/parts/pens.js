// Two pens with one hand: what is drawn on a canvas can be written as SVG by the same calls.
const FONT = getComputedStyle(document.documentElement).fontFamily;

class CanvasPen {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  /** A blank sheet of so many CSS pixels. */
  begin(wide, high) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (this.canvas.width !== Math.round(wide * ratio) || this.canvas.height !== Math.round(high * ratio)) {
      this.canvas.width = Math.round(wide * ratio);
      this.canvas.height = Math.round(high * ratio);
      this.canvas.style.height = `${high}px`;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.globalAlpha = 1;
    this.context.fillStyle = "#ffffff";
    this.context.fillRect(0, 0, wide, high);
  }

  /** Lines from x1 y1 to x2 y2, all in one path. */
  lines(points, colour, width, alpha = 1) {
    const path = new Path2D();
    for (let i = 0; i < points.length; i += 4) {
      path.moveTo(points[i], points[i + 1]);
      path.lineTo(points[i + 2], points[i + 3]);
    }
    Object.assign(this.context, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha });
    this.context.stroke(path);
  }

  /** Dots as x, y, radius; the small ones are squares, which nobody sees and which are faster. */
  dots(points, colour) {
    const path = new Path2D();
    Object.assign(this.context, { fillStyle: colour, globalAlpha: 1 });
    for (let i = 0; i < points.length; i += 3) {
      const [x, y, r] = [points[i], points[i + 1], points[i + 2]];
      if (r < 1.3) this.context.fillRect(x - r, y - r, 2 * r, 2 * r);
      else {
        path.moveTo(x + r, y);
        path.arc(x, y, r, 0, 7);
      }
    }
    this.context.fill(path);
  }

  circle(x, y, r, colour, width) {
    const path = new Path2D();
    path.arc(x, y, r, 0, 7);
    Object.assign(this.context, { strokeStyle: colour, lineWidth: width, globalAlpha: 1 });
    this.context.stroke(path);
  }

  bar(x, y, wide, high, colour, alpha = 1) {
    Object.assign(this.context, { fillStyle: colour, globalAlpha: alpha });
    this.context.fillRect(x, y, wide, high);
  }

  frame(x, y, wide, high, colour, alpha = 1) {
    Object.assign(this.context, { strokeStyle: colour, lineWidth: 2, globalAlpha: alpha });
    this.context.strokeRect(x + 1, y + 1, wide - 2, high - 2);
  }

  /** A text, shortened to fit, if `most` says so. */
  text(x, y, text, { size = 13, colour = "#1f2933", align = "left", alpha = 1, most = Infinity } = {}) {
    Object.assign(this.context, {
      font: `${size}px ${FONT}`, fillStyle: colour, textAlign: align, textBaseline: "middle", globalAlpha: alpha,
    });
    this.context.fillText(this.shortened(text, most), x, y);
  }

  shortened(text, most) {
    if (this.context.measureText(text.slice(0, 200)).width <= most && text.length <= 200) return text;
    const letters = [...text.slice(0, 200)];
    while (letters.length && this.context.measureText(letters.join("") + "…").width > most) letters.pop();
    return letters.join("") + "…";
  }

  end() { return this.canvas.toDataURL("image/png"); }
}

class SvgPen {
  constructor(measure) {
    this.measure = measure; // a canvas pen, which knows how wide letters are
    this.parts = [];
  }

  begin(wide, high) {
    this.parts = [`<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" ` +
      `viewBox="0 0 ${wide} ${high}"><rect width="100%" height="100%" fill="#ffffff"/>`];
  }

  lines(points, colour, width, alpha = 1) {
    let path = "";
    for (let i = 0; i < points.length; i += 4) {
      path += `M${near(points[i])} ${near(points[i + 1])}L${near(points[i + 2])} ${near(points[i + 3])}`;
    }
    this.parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" opacity="${alpha}"/>`);
  }

  dots(points, colour) {
    let path = "";
    for (let i = 0; i < points.length; i += 3) {
      const r = points[i + 2];
      path += `M${near(points[i] - r)} ${near(points[i + 1])}a${near(r)} ${near(r)} 0 1 0 ${near(2 * r)} 0` +
        `a${near(r)} ${near(r)} 0 1 0 ${near(-2 * r)} 0`;
    }
    this.parts.push(`<path d="${path}" fill="${colour}"/>`);
  }

  circle(x, y, r, colour, width) {
    this.parts.push(`<circle cx="${near(x)}" cy="${near(y)}" r="${near(r)}" fill="none" stroke="${colour}" ` +
      `stroke-width="${width}"/>`);
  }

  bar(x, y, wide, high, colour, alpha = 1) {
    this.parts.push(`<rect x="${near(x)}" y="${near(y)}" width="${near(wide)}" height="${near(high)}" ` +
      `fill="${colour}" opacity="${alpha}"/>`);
  }

  frame(x, y, wide, high, colour, alpha = 1) {
    this.parts.push(`<rect x="${near(x + 1)}" y="${near(y + 1)}" width="${near(wide - 2)}" height="${near(high - 2)}" ` +
      `fill="none" stroke="${colour}" stroke-width="2" opacity="${alpha}"/>`);
  }

  text(x, y, text, { size = 13, colour = "#1f2933", align = "left", alpha = 1, most = Infinity } = {}) {
    this.measure.context.font = `${size}px ${FONT}`;
    const anchor = { left: "start", right: "end", center: "middle" }[align];
    const shown = this.measure.shortened(text, most).replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0)};`);
    this.parts.push(`<text x="${near(x)}" y="${near(y)}" font-size="${size}" font-family="sans-serif" ` +
      `dominant-baseline="central" text-anchor="${anchor}" fill="${colour}" opacity="${alpha}">${shown}</text>`);
  }

  end() { return this.parts.join("") + "</svg>"; }
}

const near = (value) => Math.round(value * 100) / 100;

/** What a drawing saves as: PNG by the canvas, SVG by the other pen, its numbers as CSV. */
function drawingSavers(id, canvasPen, draw, table) {
  return savers(id, {
    png: () => {
      draw(canvasPen);
      return canvasPen.end();
    },
    svg: () => {
      const pen = new SvgPen(canvasPen);
      draw(pen);
      return pen.end();
    },
    csv: table,
  });
}
