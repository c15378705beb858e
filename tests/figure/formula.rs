//! Typeset formulas, with a face whose every character is half as wide as high.

use ghm_lab::figure::formula::{Glyphs, Node, Typeset, parse, typeset};

const SIZE: f32 = 20.0;

fn set(notation: &str) -> Typeset {
    let lines = parse(notation).expect("a formula");
    typeset(&lines, SIZE, &|text, size| {
        0.5 * size * text.chars().count() as f32
    })
}

fn glyphs<'a>(formula: &'a Typeset, text: &str) -> &'a Glyphs {
    let found = formula.glyphs.iter().find(|glyphs| glyphs.text == text);
    found.unwrap_or_else(|| panic!("no {text} in {formula:?}"))
}

#[test]
fn a_fraction_has_a_bar_between_its_parts() {
    let formula = set(r"x = \frac{a + b}{c}");
    let bar = &formula.rules[0].points;
    let height = bar[0][1];
    assert_eq!(height, bar[1][1]);
    assert!(glyphs(&formula, "a").at[1] < height);
    // A baseline lies below the bar by at least the height of a letter.
    assert!(glyphs(&formula, "c").at[1] > height + 0.5 * SIZE);
    let x = glyphs(&formula, "x").at[1];
    assert!(
        x > height && x < glyphs(&formula, "c").at[1],
        "the bar is at the axis"
    );
    let middle = (bar[0][0] + bar[1][0]) / 2.0;
    let c = glyphs(&formula, "c");
    assert!(
        (c.at[0] + 0.25 * c.size - middle).abs() < 1.0,
        "in the middle"
    );
    assert!(formula.rules.iter().flat_map(|rule| &rule.points).all(|p| {
        (0.0..=formula.width).contains(&p[0]) && (0.0..=formula.height).contains(&p[1])
    }));
}

#[test]
fn scripts_are_smaller_and_above_or_below() {
    let formula = set("x_i^2");
    let [x, i, two] = ["x", "i", "2"].map(|text| glyphs(&formula, text));
    assert!(i.size < x.size && two.size < x.size);
    assert!(two.at[1] < x.at[1] && x.at[1] < i.at[1]);
    assert_eq!(i.at[0], two.at[0], "one above the other");
    assert!(
        x.slanted && !two.slanted,
        "variables are slanted, digits are not"
    );
}

#[test]
fn scripts_of_a_sum_stand_above_and_below_it() {
    let formula = set(r"\sum_{i = 1}^n a");
    let sign = &formula.rules[0].points;
    let lowest = sign.iter().map(|p| p[1]).fold(0.0, f32::max);
    let highest = sign.iter().map(|p| p[1]).fold(f32::MAX, f32::min);
    assert!(glyphs(&formula, "i").at[1] > lowest);
    assert!(glyphs(&formula, "n").at[1] < highest);
    let right = sign.iter().map(|p| p[0]).fold(0.0, f32::max);
    assert!(glyphs(&formula, "a").at[0] > right);
}

#[test]
fn a_root_covers_what_is_below_it() {
    let formula = set(r"\sqrt{a + b}");
    let right = formula.rules[0].points.last().expect("a sign")[0];
    let b = glyphs(&formula, "b");
    assert!(right >= b.at[0] + 0.5 * b.size);
    assert!(
        formula.rules[0]
            .points
            .iter()
            .any(|p| p[1] < b.at[1] - 0.7 * SIZE)
    );
}

#[test]
fn parts_know_where_they_lie() {
    let formula = set(r"a = \part{bins}{M}");
    let [(name, area)] = formula.parts.as_slice() else {
        panic!("{:?}", formula.parts)
    };
    let m = glyphs(&formula, "M");
    assert_eq!(name, "bins");
    assert!((area.left..area.left + area.width).contains(&m.at[0]));
    assert!((area.top..area.top + area.height).contains(&m.at[1]));
}

#[test]
fn lines_stand_below_each_other() {
    let formula = set(r"a \\ b");
    let [a, b] = ["a", "b"].map(|text| glyphs(&formula, text));
    assert!(b.at[1] > a.at[1] + SIZE);
    assert!(formula.height >= b.at[1]);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let mut wrong = Vec::new();
    for (notation, sentence) in [
        (r"a \frac{b}", "character 11: an opening brace is missing"),
        (r"{a", "character 3: a closing brace is missing"),
        (r"a}", "character 2: a brace that was not opened"),
        (r"\nonsense", "character 10: \\nonsense is not known"),
        ("_a", "character 2: a script without a base"),
        ("a_b_c", "character 6: a second script at the same place"),
        ("a^", "character 3: something is missing here"),
        (r"\text{a", "character 8: a closing brace is missing"),
        (r"{a \\ b}", "character 4: a line cannot end in braces"),
    ] {
        let found = parse(notation);
        if found != Err(sentence.to_owned()) {
            wrong.push(format!("{notation}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(parse(""), Ok(vec![Node::Row(Vec::new())]));
}
