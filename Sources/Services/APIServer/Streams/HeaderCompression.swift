internal import CZlib

/// SPDY's header blocks: one zlib stream a direction for the whole connection, begun with ``SPDYDictionary``.
///
/// For one caller at a time.
final class HeaderCompression {
    private var inflater = z_stream()
    private var deflater = z_stream()
    /// The text of a header block; nobody needs more.
    private static let limit = 64 << 10

    init() {
        netlab_inflate_init(&inflater)
        netlab_deflate_init(&deflater)
        let dictionary = SPDYDictionary.bytes
        deflateSetDictionary(&deflater, dictionary, uInt(dictionary.count))
    }

    deinit {
        inflateEnd(&inflater)
        deflateEnd(&deflater)
    }

    /// nil for bytes that are no continuation of the stream, or unreasonably much.
    func decompress(_ bytes: [UInt8]) -> [UInt8]? {
        var input = bytes
        var output = [UInt8](repeating: 0, count: Self.limit)
        return input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                inflater.next_in = source.baseAddress
                inflater.avail_in = uInt(source.count)
                inflater.next_out = target.baseAddress
                inflater.avail_out = uInt(target.count)
                var code = inflate(&inflater, Z_SYNC_FLUSH)
                if code == Z_NEED_DICT {
                    let dictionary = SPDYDictionary.bytes
                    guard inflateSetDictionary(&inflater, dictionary, uInt(dictionary.count)) == Z_OK else {
                        return nil
                    }
                    code = inflate(&inflater, Z_SYNC_FLUSH)
                }
                guard code == Z_OK || code == Z_BUF_ERROR, inflater.avail_in == 0 else { return nil }
                return Array(target[..<(target.count - Int(inflater.avail_out))])
            }
        }
    }

    func compress(_ bytes: [UInt8]) -> [UInt8] {
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1_024)
        return input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                deflater.next_in = source.baseAddress
                deflater.avail_in = uInt(source.count)
                deflater.next_out = target.baseAddress
                deflater.avail_out = uInt(target.count)
                deflate(&deflater, Z_SYNC_FLUSH)
                return Array(target[..<(target.count - Int(deflater.avail_out))])
            }
        }
    }
}
