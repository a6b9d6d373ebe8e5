//! Unpacking gzip and zstd as a stream: memory does not grow with what comes out.

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use serde::{Serialize, Serializer};
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952.
    Gzip,
    /// RFC 8878. A frame whose window is larger than 128 MiB is refused, for so much would have to be held.
    Zstd,
}

impl Packing {
    /// By the first bytes of a file.
    pub fn of(beginning: &[u8]) -> Option<Self> {
        match beginning {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A frame, or one that is to be skipped.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// `gzip` or `zstd`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

impl Serialize for Packing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Why a reader ended before its stream did, other than by an error of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The packed bytes make no sense from here on.
    Damaged { packing: Packing, reason: String },
    /// A limit was reached.
    TooLarge { limit: u64 },
}

/// A stream unpacked. What is wrong with the packed bytes ends it and is noted; what is wrong with the stream that gives
/// them is an error.
pub(crate) struct Unpack<R: Read> {
    decoder: Decoder<Noting<R>>,
    packing: Packing,
    /// The last error of the stream underneath.
    failed: Arc<Mutex<Option<io::Error>>>,
    trouble: Arc<Mutex<Option<Trouble>>>,
    ended: bool,
}

enum Decoder<R: Read> {
    Gzip(Box<MultiGzDecoder<R>>),
    Zstd(Box<Frames<R>>),
}

impl<R: Read> Unpack<R> {
    pub(crate) fn new(packing: Packing, stream: R, trouble: &Arc<Mutex<Option<Trouble>>>) -> Self {
        let failed = Arc::new(Mutex::new(None));
        let stream = Noting { stream, failed: Arc::clone(&failed) };
        let decoder = match packing {
            Packing::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(stream))),
            Packing::Zstd => Decoder::Zstd(Box::new(Frames::new(stream))),
        };
        Self { decoder, packing, failed, trouble: Arc::clone(trouble), ended: false }
    }
}

impl<R: Read> Read for Unpack<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.decoder {
            Decoder::Gzip(decoder) => decoder.read(buffer),
            Decoder::Zstd(frames) => frames.read(buffer),
        };
        read.or_else(|error| {
            if let Some(failed) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(failed);
            }
            let early = error.kind() == io::ErrorKind::UnexpectedEof;
            let reason = if early { "it ends early".to_owned() } else { error.to_string() };
            let trouble = Trouble::Damaged { packing: self.packing, reason };
            self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
            self.ended = true;
            Ok(0)
        })
    }
}

/// Notes the errors of a stream, which its decoder would mix with its own.
struct Noting<R> {
    stream: R,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl<R: Read> Read for Noting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return Err(kind.into());
                }
                read => return read,
            }
        }
    }
}

/// All frames of a zstd stream, one after the other.
struct Frames<R: Read> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    /// Whether a frame has begun and is not given in full.
    within: bool,
}

impl<R: Read> Frames<R> {
    fn new(source: R) -> Self {
        Self { source: BufReader::with_capacity(1 << 16, source), decoder: FrameDecoder::new(), within: false }
    }

    /// Begins the next frame; `false` at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let skipped = io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
                    if skipped < u64::from(length) {
                        return Err(io::Error::other("a frame that is to be skipped ends early"));
                    }
                }
                Err(error) => return Err(self.wrong(&error)),
            }
        }
    }

    /// The decoder says in which of its functions it stumbled; what matters is whether anything was left to read.
    fn wrong(&mut self, error: &FrameDecoderError) -> io::Error {
        match self.source.fill_buf() {
            Ok([]) => io::ErrorKind::UnexpectedEof.into(),
            _ if matches!(error, FrameDecoderError::WindowSizeTooBig { .. }) => io::Error::other(error.to_string()),
            _ => io::Error::other("its bytes are not those that were packed"),
        }
    }

    /// Whether the checksum at the end of a frame, if it has one, is that of what came out.
    fn check(&self) -> io::Result<()> {
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("the checksum of a frame is not that of its content"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.within = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let strategy = BlockDecodingStrategy::UptoBlocks(1);
                if let Err(error) = self.decoder.decode_blocks(&mut self.source, strategy) {
                    return Err(self.wrong(&error));
                }
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.check()?;
            self.within = false;
        }
    }
}
