//! What the examples of each class bring to the panels, over a mini-batch of which there may be a million: in pieces,
//! so that whoever draws a screen meanwhile can stop between two of them.

use super::gradients::{BinWeights, Gradients, look, own_norm};
use super::run::{Run, Whole, selection, to_f32};
use crate::engine::{ClassStatistics, LARGE, Step};
use crate::ghm::{Loss, Real, Selection, Task, contribution, histogram, is_ignored};

/// The examples of one class that are not ignored.
struct OfClass<T> {
    examples: Vec<u32>,
    /// Their gradient norms, `[entries, examples]`.
    norms: Vec<T>,
}

impl<T: Real> OfClass<T> {
    fn new(step: &Step, targets: &[T], gradients: &Gradients<'_, T>, class: usize) -> Self {
        let n = targets.len();
        let of_class =
            |i: usize| step.task() == Task::Regression || targets[i].whole() as usize == class;
        let examples: Vec<u32> = (0..n)
            .filter(|&i| !is_ignored(gradients.gradient_norms[i]) && of_class(i))
            .map(|i| i as u32)
            .collect();
        let entries = step.entries as usize;
        let mut norms = Vec::with_capacity(entries * examples.len());
        for of_entry in gradients
            .gradient_norms
            .chunks_exact(n.max(1))
            .take(entries)
        {
            norms.extend(examples.iter().map(|&i| of_entry[i as usize]));
        }
        Self { examples, norms }
    }

    fn counts(&self, bins: usize) -> Vec<u32> {
        let mut counts = vec![0; bins];
        histogram(&self.norms, &mut counts);
        counts
    }

    /// Total contribution of each bin under a loss.
    fn under(
        &self,
        loss: Loss,
        step: &Step,
        selection: &Selection<T>,
        targets: &[T],
        gradients: &Gradients<'_, T>,
        beta: &[T],
    ) -> Vec<T> {
        let weights = &BinWeights::new(beta);
        let rule = step.loss_rule();
        let weighed = |(&g, &i): (&T, &u32)| {
            let i = i as usize;
            let own = own_norm(step, gradients, targets[i], i);
            let (index, error) = (gradients.first + i, gradients.errors[i]);
            let seen = look(step, weights, selection, index, targets[i], error, own);
            loss.norm(&rule, &seen, g)
        };
        // A chunk of nothing is none, and nothing has no entries.
        let entries = self.norms.chunks_exact(self.examples.len().max(1));
        let norms: Vec<T> = entries
            .flat_map(|norms| norms.iter().zip(&self.examples))
            .map(weighed)
            .collect();
        let counted = step.valid as usize * step.entries as usize;
        let mut totals = vec![T::ZERO; beta.len()];
        contribution(&self.norms, &norms, counted, &mut totals);
        totals
    }
}

/// Counts and total contributions of one class, under each loss of the task.
pub fn contributions<T: Real>(
    step: &Step,
    selection: &Selection<T>,
    targets: &[T],
    gradients: &Gradients<'_, T>,
    beta: &[T],
    class: usize,
) -> (Vec<u32>, Vec<Vec<T>>) {
    let of_class = OfClass::new(step, targets, gradients, class);
    let losses = Loss::of(step.task()).iter();
    let totals =
        losses.map(|&loss| of_class.under(loss, step, selection, targets, gradients, beta));
    (of_class.counts(beta.len()), totals.collect())
}

/// The statistics of all classes over the last mini-batch, in the making.
pub(super) struct Statistics<T> {
    step: Step,
    whole: Whole<T>,
    selection: Option<Selection<T>>,
    /// The class that comes after those that are done, and what is known of it.
    of_class: Option<(OfClass<T>, ClassStatistics)>,
    classes: Vec<ClassStatistics>,
}

impl<T: Real> Statistics<T> {
    /// Of the last step of a run; `None` before the first.
    pub fn new(run: &Run<T>) -> Option<Self> {
        let step = run.last_step?;
        Some(Self {
            whole: run.whole(&step),
            step,
            selection: None,
            of_class: None,
            classes: Vec::new(),
        })
    }

    /// Whether a look at the examples takes long enough to look at the clock after it.
    pub fn is_large(&self) -> bool {
        self.whole.targets.len() > LARGE
    }

    /// Goes on by one look at the examples; whether all is done.
    pub fn piece(&mut self, beta: &[T]) -> bool {
        let (step, whole) = (&self.step, &self.whole);
        let done = self.classes.len();
        if done == step.classes as usize {
            return true;
        }
        let Some(selected) = &self.selection else {
            self.selection = Some(selection(step, &whole.errors));
            return false;
        };
        let gradients = Gradients {
            first: 0,
            errors: &whole.errors,
            gradient_norms: &whole.gradient_norms,
        };
        let Some((of_class, statistics)) = &mut self.of_class else {
            let of_class = OfClass::new(step, &whole.targets, &gradients, done);
            let statistics = ClassStatistics {
                counts: of_class.counts(beta.len()),
                contribution: Vec::new(),
            };
            self.of_class = Some((of_class, statistics));
            return false;
        };
        let losses = Loss::of(step.task());
        let loss = losses[statistics.contribution.len()];
        let totals = of_class.under(loss, step, selected, &whole.targets, &gradients, beta);
        statistics.contribution.push(to_f32(&totals));
        if statistics.contribution.len() == losses.len() {
            let statistics = std::mem::take(statistics);
            self.of_class = None;
            self.classes.push(statistics);
        }
        self.classes.len() == step.classes as usize
    }

    /// What has come out, and the gradient norms of the mini-batch.
    pub fn done(self) -> (Vec<ClassStatistics>, Vec<T>) {
        (self.classes, self.whole.gradient_norms)
    }
}
