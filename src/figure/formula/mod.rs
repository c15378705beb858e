//! Formulas typeset from a small part of LaTeX's notation: fractions, roots, sums, super- and
//! subscripts, and named parts that light up with what they describe.

mod parse;
mod typeset;

pub use parse::{Node, parse};
pub use typeset::{Glyphs, Rule, Typeset, typeset};
