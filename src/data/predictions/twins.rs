//! Probabilities beside the logits that they are of: compared in every row, since what is taken of one must be
//! true of the other.

use super::columns::{Columns, Role};
use super::error::{ReadError, shorten};
use super::labels::Labels;
use super::resolve::Plan;
use super::work::Pace;
use super::{Block, Table};
use crate::ghm::{sigmoid, softmax};
use crate::words::tr;

/// How far probabilities and those of logits may be apart that are one and the same, rounded to two
/// digits.
const ROUNDED: f64 = 0.006;
/// Cells of a block.
const CELLS: usize = 1 << 16;

/// Columns of the same classes, in the same order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Twins {
    pub logits: Vec<usize>,
    pub p: Vec<usize>,
}

impl Twins {
    /// Where the first row is in which they differ, of those that are not ignored.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn differ(
        &self,
        tables: &mut [Box<dyn Table>],
        names: &[String],
        plan: &Plan,
        pace: &Pace,
    ) -> Result<Option<String>, ReadError> {
        let count = self.logits.len();
        let outputs = self.logits.iter().chain(&self.p).copied();
        let outputs = outputs.zip((0..).map(Role::Output));
        // What says that a row is ignored.
        let rest = plan.chosen.iter().copied().filter(|(_, role)| match role {
            Role::Target | Role::Valid => true,
            Role::Text(k) => *k == 0 && !plan.labels.texts.is_empty(),
            Role::Output(_) | Role::OneHot(_) | Role::Batch | Role::Group => false,
        });
        let all: Vec<(usize, Role)> = outputs.chain(rest).collect();
        let most = (CELLS / all.len()).clamp(16, 1 << 12);
        let mut block = Block {
            outputs: vec![Vec::new(); 2 * count],
            texts: vec![Vec::new(); usize::from(!plan.labels.texts.is_empty())],
            ..Block::default()
        };
        let mut before = 0;
        for table in tables {
            // Whoever reads on says what is missing.
            let Some(chosen) = places(&all, table.names(), names) else {
                continue;
            };
            let columns = Columns {
                header: plan.header,
                chosen,
            };
            loop {
                block.clear();
                table.read(&columns, most, &mut block)?;
                if block.has_ended() {
                    break;
                }
                for row in 0..block.rows {
                    if is_ignored(&block, row, &plan.labels) {
                        continue;
                    }
                    if let Some((class, p, of)) = differs(&block, row, count) {
                        let name = columns.name(table.names(), Role::Output(count + class));
                        let logit = shorten(columns.name(table.names(), Role::Output(class)));
                        let place = table.place(&block, row, name);
                        let of = format!("{of:.4}");
                        return Ok(Some(tr!(
                            "{place} ({p}, and {of} by \"{logit}\")",
                            place,
                            p,
                            of,
                            logit
                        )));
                    }
                }
                pace.pause(before + table.done()).await;
            }
            before += table.done();
        }
        Ok(None)
    }
}

/// The columns where a table has them; `None` where it lacks one.
fn places(
    all: &[(usize, Role)],
    of_table: &[String],
    names: &[String],
) -> Option<Vec<(usize, Role)>> {
    let place = |column: usize| of_table.iter().position(|of| *of == names[column]);
    let found = all
        .iter()
        .map(|&(column, role)| Some((place(column)?, role)));
    found.collect()
}

fn is_ignored(block: &Block, row: usize, labels: &Labels) -> bool {
    let by_mask = block.valid.get(row) == Some(&0.0);
    let target = block.targets.get(row);
    let by_number = target.is_some_and(|&value| labels.ignored.contains(&value));
    let text = block.texts.first().and_then(|texts| texts.get(row));
    by_mask || by_number || text.is_some_and(|text| labels.of_text(text) == Ok(None))
}

/// The first class of which they differ, with p and what the logits say. Cells that are no numbers say nothing.
fn differs(block: &Block, row: usize, count: usize) -> Option<(usize, f64, f64)> {
    let (logits, p) = block.outputs.split_at(count);
    let logits: Vec<f64> = logits.iter().map(|of| of[row]).collect();
    let mut said = vec![0.0; count];
    match logits.as_slice() {
        [one] => said[0] = sigmoid(*one),
        several => softmax(several, &mut said),
    }
    let mut all = p.iter().map(|of| of[row]).zip(said).enumerate();
    all.find_map(|(class, (p, of))| ((p - of).abs() > ROUNDED).then_some((class, p, of)))
}
