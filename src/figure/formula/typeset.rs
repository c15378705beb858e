//! From a tree to glyphs and rules: boxes on a common baseline, as TeX has them.

use super::Node;
use crate::figure::Area;

/// Characters of one size on a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Glyphs {
    /// Left end and baseline, in pixels from the top left.
    pub at: [f32; 2],
    pub size: f32,
    pub slanted: bool,
    pub text: String,
}

/// A line from point to point, in pixels from the top left.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub points: Vec<[f32; 2]>,
    pub width: f32,
}

/// A formula after layout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typeset {
    pub width: f32,
    pub height: f32,
    pub glyphs: Vec<Glyphs>,
    pub rules: Vec<Rule>,
    /// Named parts and where they lie.
    pub parts: Vec<(String, Area)>,
}

/// Height of what stands on the baseline and depth of what hangs below it, over the type size.
const ASCENT: f32 = 0.76;
const DESCENT: f32 = 0.22;
/// Height of the axis, where fraction bars lie, over the type size.
const AXIS: f32 = 0.27;
/// Size of scripts, and of the parts of a fraction, over that of their surroundings.
const SCRIPT: f32 = 0.72;
const PART: f32 = 0.92;
/// No script is set smaller, in pixels.
const SMALLEST: f32 = 9.0;
/// Between lines, over the type size.
const LEADING: f32 = 0.5;

/// Lays out lines of a formula at a type size. `measure` tells the width of a text in pixels by its
/// size.
pub fn typeset(lines: &[Node], size: f32, measure: &dyn Fn(&str, f32) -> f32) -> Typeset {
    let mut whole = Typeset::default();
    for (index, line) in lines.iter().enumerate() {
        let line = Setter { measure }.set(line, size);
        let top = whole.height + if index > 0 { LEADING * size } else { 0.0 };
        whole.height = top + line.ascent + line.descent;
        whole.width = whole.width.max(line.width);
        line.place([0.0, top + line.ascent], &mut whole);
    }
    whole
}

/// A box whose contents are relative to the left end of its baseline; y points down.
#[derive(Default)]
struct Boxed {
    width: f32,
    ascent: f32,
    descent: f32,
    contents: Typeset,
}

impl Boxed {
    fn place(&self, [x, y]: [f32; 2], into: &mut Typeset) {
        let moved = |[px, py]: [f32; 2]| [px + x, py + y];
        for glyphs in &self.contents.glyphs {
            into.glyphs.push(Glyphs {
                at: moved(glyphs.at),
                ..glyphs.clone()
            });
        }
        for rule in &self.contents.rules {
            into.rules.push(Rule {
                points: rule.points.iter().copied().map(moved).collect(),
                ..rule.clone()
            });
        }
        for (name, area) in &self.contents.parts {
            let [left, top] = moved([area.left, area.top]);
            into.parts.push((name.clone(), Area { left, top, ..*area }));
        }
    }

    /// Puts another box into this one, `x` to the right and `down` below its baseline.
    fn add(&mut self, other: &Self, x: f32, down: f32) {
        other.place([x, down], &mut self.contents);
        self.width = self.width.max(x + other.width);
        self.ascent = self.ascent.max(other.ascent - down);
        self.descent = self.descent.max(other.descent + down);
    }

    fn rule(&mut self, points: Vec<[f32; 2]>, width: f32) {
        self.contents.rules.push(Rule { points, width });
    }
}

struct Setter<'a> {
    measure: &'a dyn Fn(&str, f32) -> f32,
}

impl Setter<'_> {
    fn set(&self, node: &Node, size: f32) -> Boxed {
        match node {
            Node::Variable(c) => self.text(&c.to_string(), size, true),
            Node::Upright(text) => self.text(text, size, false),
            Node::Operator(c) => self.operator(*c, size),
            Node::Space(share) => Boxed {
                width: share * size,
                ..Boxed::default()
            },
            Node::Row(nodes) => self.row(nodes, size),
            Node::Fraction(above, below) => self.fraction(above, below, size),
            Node::Root(inner) => self.root(inner, size),
            Node::Sum => sum(size),
            Node::Scripts { base, below, above } => {
                self.scripts(base, below.as_deref(), above.as_deref(), size)
            }
            Node::Part(name, inner) => {
                let mut inner = self.set(inner, size);
                let area = Area {
                    left: 0.0,
                    top: -inner.ascent,
                    width: inner.width,
                    height: inner.ascent + inner.descent,
                };
                inner.contents.parts.push((name.clone(), area));
                inner
            }
        }
    }

    fn text(&self, text: &str, size: f32, slanted: bool) -> Boxed {
        let mut boxed = Boxed {
            width: (self.measure)(text, size) + if slanted { 0.06 * size } else { 0.0 },
            ascent: ASCENT * size,
            descent: DESCENT * size,
            ..Boxed::default()
        };
        boxed.contents.glyphs.push(Glyphs {
            at: [0.0, 0.0],
            size,
            slanted,
            text: text.to_owned(),
        });
        boxed
    }

    fn operator(&self, sign: char, size: f32) -> Boxed {
        let gap = if sign == '·' { 0.16 } else { 0.26 } * size;
        let sign = self.text(&sign.to_string(), size, false);
        let mut boxed = Boxed::default();
        boxed.add(&sign, gap, 0.0);
        boxed.width += gap;
        boxed
    }

    fn row(&self, nodes: &[Node], size: f32) -> Boxed {
        let mut row = Boxed::default();
        for (index, node) in nodes.iter().enumerate() {
            let next = match node {
                // A sign before the first thing belongs to that.
                Node::Operator(sign) if index == 0 => self.text(&sign.to_string(), size, false),
                node => self.set(node, size),
            };
            let end = row.width;
            row.add(&next, end, 0.0);
        }
        row
    }

    fn fraction(&self, above: &Node, below: &Node, size: f32) -> Boxed {
        let inner = (PART * size).max(SMALLEST);
        let [above, below] = [above, below].map(|part| self.set(part, inner));
        let gap = 0.16 * size;
        let side = 0.1 * size;
        let width = above.width.max(below.width) + 2.0 * side;
        let axis = -AXIS * size;
        let mut fraction = Boxed::default();
        let middle = |part: &Boxed| side + (width - 2.0 * side - part.width) / 2.0;
        fraction.add(&above, middle(&above), axis - gap - above.descent);
        fraction.add(&below, middle(&below), axis + gap + below.ascent);
        fraction.width = width;
        fraction.rule(vec![[0.0, axis], [width, axis]], stroke(size));
        fraction.width += side;
        fraction
    }

    fn root(&self, inner: &Node, size: f32) -> Boxed {
        let inner = self.set(inner, size);
        let sign = 0.62 * size;
        let gap = 0.1 * size;
        let top = -inner.ascent - gap;
        let bottom = inner.descent;
        let mut root = Boxed::default();
        root.add(&inner, sign, 0.0);
        root.ascent += 2.0 * gap;
        root.width += gap;
        let at = |x: f32, share: f32| [x * size, bottom + (top - bottom) * share];
        let right = [root.width, top];
        let points = vec![
            at(0.05, 0.42),
            at(0.17, 0.5),
            at(0.33, 0.0),
            [sign - 0.08 * size, top],
            right,
        ];
        root.rule(points, stroke(size));
        root.width += gap;
        root
    }

    fn scripts(&self, base: &Node, below: Option<&Node>, above: Option<&Node>, size: f32) -> Boxed {
        let small = (SCRIPT * size).max(SMALLEST);
        let [below, above] = [below, above].map(|script| script.map(|node| self.set(node, small)));
        let base_box = self.set(base, size);
        let mut boxed = Boxed::default();
        if holds_sum(base) {
            // The scripts of a sum stand below and above it.
            let widest = [&below, &above].into_iter().flatten();
            let width = widest.fold(base_box.width, |width, script| width.max(script.width));
            let middle = |of: &Boxed| (width - of.width) / 2.0;
            boxed.add(&base_box, middle(&base_box), 0.0);
            if let Some(below) = &below {
                let down = base_box.descent + below.ascent;
                boxed.add(below, middle(below), down);
            }
            if let Some(above) = &above {
                boxed.add(above, middle(above), -base_box.ascent - above.descent);
            }
            boxed.width = width + 0.12 * size;
            return boxed;
        }
        boxed.add(&base_box, 0.0, 0.0);
        let tall = (base_box.ascent - ASCENT * size).max(0.0);
        let deep = (base_box.descent - DESCENT * size).max(0.0);
        if let Some(above) = &above {
            boxed.add(above, base_box.width, -0.38 * size - tall);
        }
        if let Some(below) = &below {
            boxed.add(below, base_box.width, 0.2 * size + deep);
        }
        boxed.width += 0.05 * size;
        boxed
    }
}

fn stroke(size: f32) -> f32 {
    (size / 15.0).max(1.0)
}

fn holds_sum(node: &Node) -> bool {
    match node {
        Node::Sum => true,
        Node::Part(_, inner) => holds_sum(inner),
        Node::Row(nodes) => matches!(nodes.as_slice(), [one] if holds_sum(one)),
        _ => false,
    }
}

/// The sum sign, drawn: the typeface's own is that of running text.
fn sum(size: f32) -> Boxed {
    let [half, width] = [0.62 * size, 0.86 * size];
    let axis = -AXIS * size;
    let mut boxed = Boxed {
        width: width + 0.18 * size,
        ascent: half - axis + 0.08 * size,
        descent: half + axis + 0.08 * size,
        ..Boxed::default()
    };
    let left = 0.04 * size;
    let at = |x: f32, y: f32| [left + x * width, axis + y * half];
    let points = vec![
        at(0.94, -0.74),
        at(0.9, -1.0),
        at(0.0, -1.0),
        at(0.52, 0.0),
        at(0.0, 1.0),
        at(0.94, 1.0),
        at(1.0, 0.7),
    ];
    boxed.rule(points, 1.25 * stroke(size));
    boxed
}
