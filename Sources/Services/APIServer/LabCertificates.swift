internal import Crypto
package import FoundationEssentials
internal import SwiftASN1
internal import X509

/// A lab's own certificate authority and its administrator's certificate, as PEM text. Made once for a lab.
///
/// Whoever holds the administrator's key may do everything in the lab, and nobody else anything. Lifetimes are
/// kubeadm's: ten years for the authority, one for what it signs.
package struct LabCertificates: Codable, Hashable, Sendable {
    package var authority: String
    package var authorityKey: String
    package var administrator: String
    package var administratorKey: String

    /// Why no certificate can be made or read, in the words of the library.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Makes an authority named `kubernetes`, and a certificate for `kubernetes-admin` of `system:masters`, as kubeadm
    /// does.
    ///
    /// - Throws: that the library refused.
    package init(now: Date) throws(Failure) {
        do {
            let key = P256.Signing.PrivateKey()
            let name = try DistinguishedName { CommonName("kubernetes") }
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
                notValidBefore: now.addingTimeInterval(-Self.leeway),
                notValidAfter: now.addingTimeInterval(10 * Self.year),
                issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                },
                issuerPrivateKey: .init(key))
            authority = try certificate.serializeAsPEM().pemString
            authorityKey = key.pemRepresentation
            let own = P256.Signing.PrivateKey()
            administrator = try Self.sign(
                own.publicKey,
                subject: try DistinguishedName {
                    OrganizationName("system:masters")
                    CommonName("kubernetes-admin")
                },
                usage: .clientAuth, names: [], by: certificate, key, now: now)
            administratorKey = own.pemRepresentation
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// A certificate for a server that is reached by these names and addresses, and its key.
    ///
    /// - Parameter addresses: in network byte order, four or sixteen bytes.
    /// - Throws: that the stored authority cannot be read.
    package func server(
        names: [String], addresses: [[UInt8]], now: Date
    ) throws(Failure) -> (certificate: String, key: String) {
        do {
            let issuer = try Certificate(pemEncoded: authority)
            let key = P256.Signing.PrivateKey()
            let all =
                names.map { GeneralName.dnsName($0) }
                + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
            let certificate = try Self.sign(
                key.publicKey, subject: try DistinguishedName { CommonName("kube-apiserver") }, usage: .serverAuth,
                names: all, by: issuer, try P256.Signing.PrivateKey(pemRepresentation: authorityKey), now: now)
            return (certificate, key.pemRepresentation)
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    private static let year = 365.0 * 86_400
    /// For clocks that differ, in seconds.
    private static let leeway = 300.0

    private static func sign(
        _ key: P256.Signing.PublicKey, subject: DistinguishedName, usage: ExtendedKeyUsage.Usage,
        names: [GeneralName], by issuer: Certificate, _ issuerKey: P256.Signing.PrivateKey, now: Date
    ) throws -> String {
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key),
            notValidBefore: now.addingTimeInterval(-leeway), notValidAfter: now.addingTimeInterval(year),
            issuer: issuer.subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([usage])
                if !names.isEmpty { SubjectAlternativeNames(names) }
            },
            issuerPrivateKey: .init(issuerKey))
        return try certificate.serializeAsPEM().pemString
    }
}

/// Who a client certificate says its holder is (Kubernetes' x509 authentication).
struct ClientIdentity: Hashable {
    /// The common name.
    var user: String
    /// The organizations.
    var groups: [String]

    /// nil for bytes that are no certificate, or one without a name.
    init?(der: [UInt8]) {
        guard let certificate = try? Certificate(derEncoded: der) else { return nil }
        var user: String?
        groups = []
        for attribute in certificate.subject.flatMap({ $0 }) {
            if attribute.type == .RDNAttributeType.commonName { user = String(attribute.value) }
            if attribute.type == .RDNAttributeType.organizationName, let group = String(attribute.value) {
                groups.append(group)
            }
        }
        guard let user else { return nil }
        self.user = user
    }
}
