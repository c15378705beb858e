//! Settings that are one name out of a few.

/// Declares an enum whose variants have a key (used in links, flags and files), a label for the
/// screen and a one-line explanation taken from the variant's doc comment.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(#[doc = $doc:literal] $variant:ident = ($key:literal, $label:literal),)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $doc] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The keys of all variants, in the same order.
            pub const KEYS: &'static [&'static str] = &[$($key),+];
            /// What the screen calls the variants, in the same order.
            pub const LABELS: &'static [&'static str] = &[$($label),+];
            /// What each variant means, in the same order.
            pub const DOCS: &'static [&'static str] = &[$($doc),+];

            /// The name in links, flags and files.
            pub fn key(self) -> &'static str {
                Self::KEYS[self as usize]
            }

            /// The name on the screen.
            pub fn label(self) -> &'static str {
                Self::LABELS[self as usize]
            }
        }
    };
}

pub(crate) use choice;
