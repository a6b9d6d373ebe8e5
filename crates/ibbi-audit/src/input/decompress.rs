//! Decompression of gzip and zstd as a stream, with constant memory.

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use serde::{Serialize, Serializer};
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878. A frame whose window is larger than 128 MiB is refused, because the window is held in memory.
    Zstd,
}

impl Compression {
    /// Returns the compression that the first bytes of a file show.
    pub fn detect(beginning: &[u8]) -> Option<Self> {
        match beginning {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A frame, or a skippable frame.
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

impl Serialize for Compression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// The reason why a reader ended before its stream did, other than a system error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StreamProblem {
    /// The compressed bytes are damaged.
    Damaged { compression: Compression, reason: String },
    /// A limit was reached.
    TooLarge { limit: u64 },
}

/// A decompressed stream. Damaged bytes end it and are recorded as a problem; a failure to read the stream is an error.
pub(crate) struct Decompressor<R: Read> {
    decoder: Decoder<ErrorRecorder<R>>,
    compression: Compression,
    /// The last error of the compressed stream.
    failed: Arc<Mutex<Option<io::Error>>>,
    problem: Arc<Mutex<Option<StreamProblem>>>,
    ended: bool,
}

enum Decoder<R: Read> {
    Gzip(Box<MultiGzDecoder<R>>),
    Zstd(Box<ZstdFrames<R>>),
}

impl<R: Read> Decompressor<R> {
    pub(crate) fn new(compression: Compression, stream: R, problem: &Arc<Mutex<Option<StreamProblem>>>) -> Self {
        let failed = Arc::new(Mutex::new(None));
        let stream = ErrorRecorder { stream, failed: Arc::clone(&failed) };
        let decoder = match compression {
            Compression::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(stream))),
            Compression::Zstd => Decoder::Zstd(Box::new(ZstdFrames::new(stream))),
        };
        Self { decoder, compression, failed, problem: Arc::clone(problem), ended: false }
    }
}

impl<R: Read> Read for Decompressor<R> {
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
            let reason = if early { "the file ends early".to_owned() } else { error.to_string() };
            let problem = StreamProblem::Damaged { compression: self.compression, reason };
            self.problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
            self.ended = true;
            Ok(0)
        })
    }
}

/// Records the errors of a stream, because the decoder doesn't keep them apart from its own.
struct ErrorRecorder<R> {
    stream: R,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl<R: Read> Read for ErrorRecorder<R> {
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

/// The frames of a zstd stream, one after the other.
struct ZstdFrames<R: Read> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    /// Whether a frame has begun and hasn't ended.
    within: bool,
}

impl<R: Read> ZstdFrames<R> {
    fn new(source: R) -> Self {
        Self { source: BufReader::with_capacity(1 << 16, source), decoder: FrameDecoder::new(), within: false }
    }

    /// Begins the next frame. Returns `false` at the end.
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
                        return Err(io::Error::other("a skippable frame ends early"));
                    }
                }
                Err(error) => return Err(self.damage(&error)),
            }
        }
    }

    /// Returns a readable reason. The decoder reports only in which of its functions it failed.
    fn damage(&mut self, error: &FrameDecoderError) -> io::Error {
        match self.source.fill_buf() {
            Ok([]) => io::ErrorKind::UnexpectedEof.into(),
            _ if matches!(error, FrameDecoderError::WindowSizeTooBig { .. }) => io::Error::other(error.to_string()),
            _ => io::Error::other("its bytes are damaged"),
        }
    }

    /// Checks the checksum at the end of a frame, if there is one.
    fn check(&self) -> io::Result<()> {
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("the checksum of a frame does not match its content"));
        }
        Ok(())
    }
}

impl<R: Read> Read for ZstdFrames<R> {
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
                    return Err(self.damage(&error));
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
