//! Settings that are one name out of a few, beside those that the mathematics and the data have.

use crate::ghm::choice;

choice! {
    /// What follows a hidden layer's sums.
    pub enum Activation {
        #[doc = "Hyperbolic tangent, smooth."]
        Tanh = ("tanh", "tanh"),
        #[doc = "max(0, x)."]
        Relu = ("relu", "ReLU"),
    }
}

choice! {
    /// How parameters follow the gradient.
    pub enum Optimizer {
        #[doc = "Stochastic gradient descent with momentum."]
        Sgd = ("sgd", "SGD"),
        #[doc = "Adam with beta1 0.9, beta2 0.999, epsilon 1e-8."]
        Adam = ("adam", "Adam"),
    }
}

choice! {
    /// Which engine trains.
    pub enum Backend {
        #[doc = "A real GPU where there is one, else the CPU."]
        Auto = ("auto", "auto"),
        #[doc = "Compute shaders; an error where there are none."]
        Gpu = ("gpu", "GPU"),
        #[doc = "The CPU engine."]
        Cpu = ("cpu", "CPU"),
    }
}

choice! {
    /// Whether the focal loss has a factor for each class.
    pub enum FocalBalance {
        #[doc = "alpha for positives, 1 - alpha for negatives."]
        Alpha = ("alpha", "alpha"),
        #[doc = "1 for both."]
        Off = ("off", "off"),
    }
}

choice! {
    /// What the histogram of a softmax counts.
    pub enum Counting {
        #[doc = "g = 1 - p of the true class, one an example: the article's definition."]
        TrueClass = ("true-class", "1 - p of its class"),
        #[doc = "abs(p_k - y_k) of every entry, K an example, as a widely used port does."]
        EveryEntry = ("every-entry", "every entry"),
    }
}

choice! {
    /// What the middle panel shows.
    pub enum Regularization {
        #[doc = "1 / density: the weight of each loss by gradient norm."]
        InverseDensity = ("inverse-density", "1 / density"),
        #[doc = "The paper's middle panel: the gradient norm that each loss makes of g, or of |d| in a regression."]
        GradientNorm = ("gradient-norm", "reformulated norm"),
    }
}

choice! {
    /// How the axis of the last panel is divided.
    pub enum ContributionAxis {
        #[doc = "Linear where the running loss harmonizes: there the straight line is one. Log otherwise, and in a race."]
        ByLoss = ("by-loss", "by the loss"),
        #[doc = "Linear, as high as the harmonized contribution needs; what is larger leaves at the top."]
        Linear = ("linear", "linear"),
        #[doc = "Logarithmic: small and large contributions together, the straight line bent."]
        Log = ("log", "log"),
    }
}

choice! {
    /// Whether the exact density is drawn.
    pub enum Exact {
        #[doc = "Unit regions only."]
        Off = ("off", "off"),
        #[doc = "The exact density over them."]
        On = ("on", "on"),
    }
}

choice! {
    /// Whose gradients the panels show.
    pub enum ShownClass {
        #[doc = "All examples."]
        All = ("all", "all classes"),
        #[doc = "Class 0: the negatives."]
        Class0 = ("class-0", "class 0"),
        #[doc = "Class 1: the positives, where there are two classes."]
        Class1 = ("class-1", "class 1"),
        #[doc = "Class 2."]
        Class2 = ("class-2", "class 2"),
        #[doc = "Class 3."]
        Class3 = ("class-3", "class 3"),
        #[doc = "Class 4."]
        Class4 = ("class-4", "class 4"),
    }
}

impl ShownClass {
    /// The class; `None` for all.
    pub fn index(self) -> Option<usize> {
        (self as usize).checked_sub(1)
    }
}
