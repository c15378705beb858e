//! What the steps of the tour say, run and ask for.

use super::super::{Lab, LowerView};
use super::Seen;
use super::readings::{
    easy_examples, easy_share, hard_share, line_deviation, outliers, positives, start_factor,
};
use super::step::{Prepared, Reading, Step, Try, Unit};
use crate::config::{Counting, Regularization};
use crate::ghm::Loss;

const fn arm(name: &'static str, changes: &'static str) -> Prepared {
    Prepared { name, changes }
}

const fn reading(name: &'static str, unit: Unit, value: fn(&Lab) -> Option<f64>) -> Reading {
    Reading { name, value, unit }
}

const fn attempt(text: &'static str, done: fn(&Lab, &Seen) -> bool) -> Try {
    Try { text, done }
}

pub const STEPS: [Step; 10] = [
    Step {
        key: "imbalance",
        title: "The easy ones drown the rare ones",
        text: &[
            "A network learns to find a few positives among very many negatives. After a few steps it is nearly \
             right about almost all negatives: each of them pushes it only a little, but there are so many.",
            "The first panel counts the examples of a mini-batch by how wrong the network is, in M = 30 bins (mind \
             the log axis). The middle one shows what a loss multiplies a gradient by: cross-entropy always by 1 \
             (GHM-C comes in step 5). The last one shows what all examples of a bin add to the update, the sum of \
             their g: the two ends rule, the crowd of easy examples and the hardest few.",
        ],
        formula: r"\part{harmonized}{C_\text{bin}} = \frac{M}{N} \, \sum_{\text{bin}} \part{statistics}{g_i}",
        readings: &[
            reading("examples labelled positive", Unit::Count, positives),
            reading("examples with g below 0.1", Unit::Share, easy_examples),
            reading("their share of the gradient", Unit::Share, easy_share),
        ],
        arms: &[arm("", "loss=ce")],
        view: LowerView::Maps,
        speed: 20.0,
        settings: &["positive-fraction", "noise"],
        tries: &[
            attempt(
                "Click the bin at the left end of a panel: its examples light up in the plane, and a card says how \
                 many they are and how much of the gradient is theirs.",
                |_, seen| seen.brushed.is_some_and(|brush| brush.first == 0),
            ),
            attempt(
                "Raise the share of positives to 0.2 or more: now the rare ones are not rare.",
                |lab, _| lab.config().positive_fraction >= 0.2,
            ),
        ],
    },
    Step {
        key: "gradient-norm",
        title: "How wrong: the gradient norm",
        text: &[
            "The sigmoid makes a probability p of the network's logit x. Cross-entropy then moves the logit by \
             p − y, where the label y is 1 or 0. The size of that is the gradient norm g: near 0 where the network \
             is sure and right, near 1 where it is sure and wrong.",
            "It is the norm with respect to the logit, not to all parameters, and all that follows looks at \
             nothing else. A flipped label (a ring in the plane) ends up at the right: for the network it is the \
             hardest example there is.",
        ],
        formula: r"p = \frac{1}{1 + e^{−x}} \quad \part{statistics}{g} = |p − y| = |\frac{∂ \text{CE}}{∂ x}|",
        readings: &[reading(
            "examples with g above 0.9",
            Unit::Share,
            hard_share,
        )],
        arms: &[arm("", "loss=ce&flipped=0.02")],
        view: LowerView::Maps,
        speed: 50.0,
        settings: &["flipped"],
        tries: &[
            attempt(
                "Point at an example in the plane, or tap it: a line marks its g in all panels.",
                |_, seen| seen.example.is_some(),
            ),
            attempt(
                "Find one whose label is flipped, and look where its line is.",
                |lab, seen| {
                    let flipped = &lab.data().train.flipped;
                    (seen.example).is_some_and(|index| flipped.get(index) == Some(&true))
                },
            ),
        ],
    },
    Step {
        key: "reweighting",
        title: "What others do about it",
        text: &[
            "Class balance weighs the rare class up (w, with K classes of n_k examples each). It cures the \
             imbalance of classes and knows nothing of easy and hard. The focal loss turns easy examples down along \
             a fixed curve, however many there are. OHEM, online hard example mining, keeps the hardest of a \
             mini-batch and drops the rest: mislabelled ones come first.",
            "All four are arms of a race here: they train at once, from the same first weights on the same \
             mini-batches. The middle panel shows what each makes of g. None of them asks how many examples are alike.",
        ],
        formula: r"w = \frac{N}{K \, n_k} \quad \text{FL} = −α_t \, (1 − p_t)^{\part{focal-gamma}{γ}} \, \text{ln} \, p_t",
        readings: &[],
        arms: &[
            arm("", "loss=focal&panel=gradient-norm"),
            arm("", "loss=ce&panel=gradient-norm"),
            arm("", "loss=class-balanced&panel=gradient-norm"),
            arm("", "loss=ohem&panel=gradient-norm"),
        ],
        view: LowerView::Curves,
        speed: 50.0,
        settings: &[
            "focal-gamma",
            "focal-balance",
            "focal-alpha",
            "ohem-keep",
            "class-balance",
            "panel",
        ],
        tries: &[
            attempt(
                "Set the focal loss's gamma to 4 or more: the middle of its curve sinks as well.",
                |lab, _| lab.config().loss == Loss::Focal && lab.config().focal_gamma >= 4.0,
            ),
            attempt(
                "Choose the arm OHEM above the panels and lower its keep share to 0.05 or less.",
                |lab, _| lab.config().loss == Loss::Ohem && lab.config().ohem_keep <= 0.05,
            ),
        ],
    },
    Step {
        key: "density",
        title: "Count the neighbours: gradient density",
        text: &[
            "How many examples are about as wrong as this one? Gradient density is their number per unit of g, \
             counted in a window around g; at the ends of the scale the window is cut, hence its valid length l(g).",
            "A window for every example costs much. Unit regions, M bins of equal width, do nearly the same with \
             one histogram. With one bin every example of a mini-batch weighs the same, which with momentum 0 is \
             cross-entropy; with many, the weights follow the noise of each bin. The GHM paper takes 30.",
        ],
        formula: r"\text{GD}(g) = \frac{#\{k : |g_k − g| < ε/2\}}{l(g)} ≈ \part{statistics}{R_j} \part{bins}{M} \, , \quad ε = \frac{1}{\part{bins}{M}}",
        readings: &[reading(
            "off the straight line, at most",
            Unit::Share,
            line_deviation,
        )],
        arms: &[arm("", "exact=on")],
        view: LowerView::Maps,
        speed: 50.0,
        settings: &["bins", "exact"],
        tries: &[
            attempt("Set bins to 1: GHM-C becomes cross-entropy.", |lab, _| {
                lab.config().bins == 1
            }),
            attempt(
                "Set bins to 128 or more and compare with the exact density, the dotted line.",
                |lab, _| lab.config().bins >= 128,
            ),
        ],
    },
    Step {
        key: "harmonizing",
        title: "Divide by it: harmonized gradients",
        text: &[
            "GHM-C, the gradient harmonizing mechanism for classification, weighs every example by N over its \
             gradient density: little where examples crowd, much where they are few. At first all crowd near 0.5; \
             as they are learned they move to both ends, and the weight goes to the thinly populated middle. That \
             middle is what the network does not know yet: neither the crowd that it knows nor the few that it will \
             never get right.",
            "Then every bin pushes in proportion to its g alone: the last panel becomes a straight line. Divided by all M bins, as in the paper, it is y = g; divided by the bins that are hit, \
             it is steeper. The moving average makes it a little uneven.",
        ],
        formula: r"\part{regularization}{β_i} = \frac{N}{\text{GD}(g_i)} \quad L = \frac{1}{N} \, \sum_i \part{regularization}{β_i} \, \text{CE}_i \, , \quad \part{harmonized}{C_j ≈ g}",
        readings: &[reading(
            "off the straight line, at most",
            Unit::Share,
            line_deviation,
        )],
        arms: &[arm("", "")],
        view: LowerView::Maps,
        speed: 50.0,
        settings: &["bins", "momentum", "convention", "panel"],
        tries: &[
            attempt(
                "Show the reformulated norm in the middle panel: the paper's own figure.",
                |lab, _| lab.config().panel == Regularization::GradientNorm,
            ),
            attempt(
                "Set momentum to 0, so that nothing but this mini-batch counts: the line is straight.",
                |lab, _| lab.config().momentum == 0.0,
            ),
        ],
    },
    Step {
        key: "momentum",
        title: "Average over mini-batches, with care",
        text: &[
            "One mini-batch has few hard examples, so the histogram is averaged over mini-batches. Momentum α is \
             the weight of the past. An average that starts from zero is too small at first, by the factor below \
             the bar of the formula after t steps, so the weights are too large: ten times at first with momentum \
             0.9, a hundred times with 0.99.",
            "These three arms start from zero, as the paper and common code do (here by the convention of \
             mmdetection, a library of detectors), with SGD and a bold learning rate. Only 0.75 survives its first \
             steps. Dividing by that factor mends the start (corrected; per-bin, the default here, does it for each bin \
             by itself), but a slow average also lags behind a network that changes fast.",
        ],
        formula: r"S_j ← \part{momentum}{α} \, S_j + (1 − \part{momentum}{α}) \, \part{statistics}{R_j} \, , \quad \text{corrected:} \quad \frac{S_j}{1 − \part{momentum}{α}^t}",
        readings: &[reading(
            "weights too large by now",
            Unit::Factor,
            start_factor,
        )],
        arms: &[
            arm(
                "momentum 0.9",
                "momentum=0.9&convention=mmdetection&layers=3&width=32&activation=relu&optimizer=sgd&learning-rate=0.5&sgd-momentum=0",
            ),
            arm(
                "momentum 0.75",
                "momentum=0.75&convention=mmdetection&layers=3&width=32&activation=relu&optimizer=sgd&learning-rate=0.5&sgd-momentum=0",
            ),
            arm(
                "momentum 0.99",
                "momentum=0.99&convention=mmdetection&layers=3&width=32&activation=relu&optimizer=sgd&learning-rate=0.5&sgd-momentum=0",
            ),
        ],
        view: LowerView::Curves,
        speed: 5.0,
        settings: &["momentum", "convention", "learning-rate"],
        tries: &[
            attempt(
                "Restart, pause and go step by step: see the weights of the three arms in the middle panel come \
                 down.",
                |lab, _| !lab.is_playing() && !lab.is_busy() && (1..=5).contains(&lab.step()),
            ),
            attempt(
                "Choose the convention corrected or per bin for the arm that is shown.",
                |lab, _| lab.config().convention.corrects_bias(),
            ),
        ],
    },
    Step {
        key: "softmax",
        title: "Several classes: softmax",
        text: &[
            "With a softmax an example has a logit for each class. The article takes one gradient norm an example, \
             1 − p of its true class, and everything else stays.",
            "A widely used Keras port counts the norms of all entries instead and still weighs by the true class's \
             bin: then K − 1 easy entries an example fill the left end of the histogram, and the weights there \
             sink.",
        ],
        formula: r"p_k = \frac{e^{x_k}}{\sum_l e^{x_l}} \\ \part{statistics}{g} = 1 − p_t \quad \part{counting}{\text{or}} \quad |p_k − y_k| \, \text{for all} \, k",
        readings: &[reading(
            "examples with g below 0.1",
            Unit::Share,
            easy_examples,
        )],
        arms: &[arm("", "task=classes&flipped=0.01")],
        view: LowerView::Maps,
        speed: 50.0,
        settings: &["bins", "counting", "class-share"],
        tries: &[attempt(
            "Set counts to every entry, and watch the left end of the first panel.",
            |lab, _| lab.config().counting == Counting::EveryEntry,
        )],
    },
    Step {
        key: "regression",
        title: "Regression: GHM-R",
        text: &[
            "Smooth L1 pulls with the same force, 1, wherever the error d is beyond delta: good predictions aside, \
             nothing tells a hard example from an outlier, and there is no density to harmonize.",
            "The authentic smooth L1 is nearly the same curve (d is prediction minus target; at mu it bends), but \
             its gradient norm g keeps rising towards 1, and GHM-R weighs by the density of that. Early on almost \
             everything is at the right end; later the outliers are, and are turned down. Whether that helps \
             depends on how many there are.",
        ],
        formula: r"\text{ASL}_1 = \sqrt{d^2 + \part{mu}{μ}^2} − \part{mu}{μ} \quad \part{statistics}{g} = \frac{|d|}{\sqrt{d^2 + \part{mu}{μ}^2}}",
        readings: &[reading(
            "outliers among the training data",
            Unit::Share,
            outliers,
        )],
        arms: &[
            arm("", "task=regression"),
            arm("", "task=regression&loss=asl1"),
            arm("", "task=regression&loss=smooth-l1"),
        ],
        view: LowerView::Maps,
        speed: 50.0,
        settings: &["bins", "mu", "delta", "outliers"],
        tries: &[
            attempt(
                "Choose the arm Smooth L1: in the middle panel its norm is 1 from delta on.",
                |lab, _| lab.config().loss == Loss::SmoothL1,
            ),
            attempt(
                "Raise outliers to 0.3 or more and compare the fits.",
                |lab, _| lab.config().outliers >= 0.3,
            ),
        ],
    },
    Step {
        key: "limits",
        title: "When it hurts",
        text: &[
            "Weights move the optimum. Where positives weigh w₁ and negatives w₀, the network learns p*, not the \
             true chance q of being positive: probabilities shift and the best threshold with them, while the \
             ranking may stay as good. Compare with a threshold that may move, and look at the calibration.",
            "Examples at the right end weigh less than those in the middle, but still more than the easy crowd. \
             Where they are mislabelled, GHM-C learns the mistakes: here one label in ten is flipped, and GHM-C \
             learns much of that noise, cross-entropy hardly any. And what looks like noise may be the rare truth.",
        ],
        formula: r"p^* = \frac{w_1 \, q}{w_1 \, q + w_0 \, (1 − q)}",
        readings: &[reading(
            "examples with g above 0.9",
            Unit::Share,
            hard_share,
        )],
        arms: &[arm("", "flipped=0.1"), arm("", "flipped=0.1&loss=ce")],
        view: LowerView::Curves,
        speed: 100.0,
        settings: &["flipped", "positive-fraction", "bins"],
        tries: &[
            attempt(
                "Choose Threshold below the panels: on the diagonal of Reliability what is said is true. Move the \
                 threshold to the best F1 and back to 0.5.",
                |_, seen| seen.view == LowerView::Threshold,
            ),
            attempt(
                "Choose the arm CE, then Data, and drag over the bins from 0.8 to the right end: the card says how \
                 many of these hardest examples are flipped labels.",
                |lab, seen| {
                    seen.view == LowerView::Data
                        && lab.config().loss == Loss::CrossEntropy
                        && (seen.brushed).is_some_and(|brush| {
                            let [from, to] = brush.range();
                            from >= 0.5 && to > 0.95
                        })
                },
            ),
        ],
    },
    Step {
        key: "yours",
        title: "Your turn",
        text: &[
            "Which loss for your data? Begin with cross-entropy and let its threshold move: that is the one to \
             beat. A crowd of easy examples alone: the focal loss. Crowds at both ends, and labels that you trust: \
             GHM-C. Clean labels and few hard examples: OHEM. Then repeat it over several seeds, by Seeds below the \
             panels of a race.",
            "The X-ray shows which crowds your own model has: drop a file of its predictions anywhere, or open a \
             sample. Here is the whole lab; the tour stays where you leave it.",
        ],
        formula: "",
        readings: &[],
        arms: &[arm("", "")],
        view: LowerView::Maps,
        speed: 100.0,
        settings: &[
            "loss",
            "bins",
            "momentum",
            "dataset",
            "positive-fraction",
            "flipped",
        ],
        tries: &[
            attempt(
                "Race all losses, by the button above the panels.",
                |lab, _| lab.arms().len() >= 4,
            ),
            attempt(
                "Open a sample, or a file of your own, by X-ray: the tray with the arrow into it, at the top.",
                |lab, _| lab.inspection().shown().is_some(),
            ),
        ],
    },
];
