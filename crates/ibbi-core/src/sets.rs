//! The macro for closed sets. One list gives an enum, its codes, and its labels.

/// Defines a closed set: an enum whose members each have a stable machine code and a label for people.
///
/// Ledgers contain the code, which never changes. The label is prose and can change.
macro_rules! closed_set {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal;
        $( $(#[$vmeta:meta])* $variant:ident = $code:literal, $label:literal; )+
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$vmeta])* $variant, )+
        }

        impl $name {
            /// All members, in the order of the definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The codes of all members, in the same order.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The codes of the members, and their labels.
            pub const SET: crate::field::CodeSet =
                crate::field::CodeSet { codes: Self::CODES, labels: &[$($label),+] };

            /// Returns the stable machine code, as a ledger contains it.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// Returns the label for people. It is prose, not a stable code.
            pub const fn label(self) -> &'static str {
                match self { $( Self::$variant => $label, )+ }
            }

            /// Returns the member with this code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )+ _ => None }
            }
        }

        impl crate::field::FieldType for $name {
            const KIND: crate::field::FieldKind = crate::field::FieldKind::Code(Self::SET);
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.code())
            }
        }

        impl core::str::FromStr for $name {
            type Err = crate::sets::UnknownCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_code(text).ok_or_else(|| crate::sets::UnknownCode::new($what, text, Self::CODES))
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::sets::from_text(deserializer, concat!("the code of a ", $what))
            }
        }
    };
}
pub(crate) use closed_set;

use alloc::string::String;

/// The error for a text that is not the code of a member of a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a {what}; use one of: {}", Joined(.known))]
pub struct UnknownCode {
    what: &'static str,
    found: String,
    known: &'static [&'static str],
}

impl UnknownCode {
    /// The largest part of a wrong text that the message repeats, in characters.
    const MAX_EXCERPT: usize = 60;

    pub(crate) fn new(what: &'static str, found: &str, known: &'static [&'static str]) -> Self {
        Self { what, found: found.chars().take(Self::MAX_EXCERPT).collect(), known }
    }

    /// Returns the valid codes.
    pub fn known(&self) -> &'static [&'static str] {
        self.known
    }
}

struct Joined(&'static [&'static str]);

impl core::fmt::Display for Joined {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (index, code) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(code)?;
        }
        Ok(())
    }
}

/// Reads a type from its text form. It does not copy the text if the format can lend it.
#[cfg(feature = "serde")]
pub(crate) fn from_text<'de, D, T>(deserializer: D, expecting: &'static str) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: core::str::FromStr,
    T::Err: core::fmt::Display,
{
    struct Text<T>(&'static str, core::marker::PhantomData<T>);
    impl<T: core::str::FromStr<Err: core::fmt::Display>> serde::de::Visitor<'_> for Text<T> {
        type Value = T;
        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Text(expecting, core::marker::PhantomData))
}
