//! Whether a column that is called as labels are is what the model decided.

use super::error::{ReadError, Refusal};
use super::labels::Labels;
use super::names::plain;
use super::outputs::Set;
use super::resolve::Resolver;
use super::{RoleName, shorten};
use crate::ghm::first_largest;
use crate::words::{tr, word};

/// With fewer rows that all are right is chance.
const FEW: u32 = 8;
/// Names of labels that models give to what they decided as well.
const WEAK: [&str; 2] = ["class", "classid"];
/// Sides of boxes, and the ends of their diagonals.
const BOXES: [&[&str]; 2] = [&["xmin", "ymin", "xmax", "ymax"], &["x1", "y1", "x2", "y2"]];

impl Resolver<'_> {
    /// Whether only its name says that this column is the label, and that not surely.
    fn is_weak(&self, label: usize) -> bool {
        self.roles[label].is_none() && WEAK.contains(&plain(&self.names[label]).as_str())
    }

    /// Refuses boxes of a detector, whose classes it decided on.
    pub fn check_boxes(&self, label: usize) -> Result<(), ReadError> {
        let has = |wanted: &&str| self.names.iter().any(|name| plain(name) == *wanted);
        let is_box = BOXES.iter().any(|sides| sides.iter().all(has));
        if !is_box || !["confidence", "score"].iter().any(has) || !self.is_weak(label) {
            return Ok(());
        }
        let name = shorten(&self.names[label]);
        let what = tr!(
            "it holds boxes of a detector, and \"{name}\" is what it decided: no row has a label, and the easy negatives \
             are gone (score threshold, top k, NMS); record the outputs of all anchors with their labels, or, to see \
             what survived, add \"label\" of 1 and 0 to each box, whether it matches an annotation",
            name
        );
        Err(ReadError::of(self.file, what))
    }

    /// Asks where a label of a weak name is what the outputs decide in every row.
    pub fn check_truth(
        &self,
        set: &Set,
        label: Option<usize>,
        labels: &Labels,
        of_logits: bool,
    ) -> Result<(), Refusal> {
        let Some(label) = label.filter(|&label| self.is_weak(label)) else {
            return Ok(());
        };
        let middle = if of_logits { 0.0 } else { 0.5 };
        let mut count = 0;
        for (row, cells) in self.survey.rows.iter().enumerate() {
            // What a mask leaves out may hold anything.
            if self.survey.is_ignored(row) {
                continue;
            }
            let values = set.columns.iter().map(|&of| self.survey.cell(row, of));
            let Some(values) = values.collect::<Option<Vec<f64>>>() else {
                continue;
            };
            let decided = match values.as_slice() {
                [one] => usize::from(*one > middle * set.unit()),
                several => first_largest(several),
            };
            match labels.class(&cells[label]) {
                Some(class) if class == decided => count += 1,
                Some(_) => return Ok(()),
                None => {}
            }
        }
        if count < FEW {
            return Ok(());
        }
        let name = shorten(&self.names[label]);
        let why = tr!(
            "\"{name}\" is what {shown} decides in all of the first {count} rows: is it what happened, or what the model \
             decided, of which these numbers would say nothing?",
            name,
            shown = set.shown(self.names),
            count
        );
        let says = word("it is what happened").to_owned();
        let way = (says, self.with([(label, RoleName::Label)]));
        Err(self.ask(why, vec![way]).into())
    }
}
