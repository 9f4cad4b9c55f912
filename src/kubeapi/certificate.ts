import {createHash, generateKeyPairSync, randomBytes, sign} from 'node:crypto'

export interface ServerCertificate {
  readonly certPem: string
  readonly keyPem: string
}

/** DER, the encoding of X.509 (ITU-T X.690): tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const {length} = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const yes = Buffer.from([0x01, 0x01, 0xff])

/** Object identifiers by their encoded bytes: RFC 5280 (names, extensions), RFC 5758 (signature). */
const OID = {
  ecdsaSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  extKeyUsage: '551d25',
  subjectAltName: '551d11',
  subjectKeyId: '551d0e',
  serverAuth: '2b06010505070301',
} as const

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), der(0x04, value))
}

function time(at: Date): Buffer {
  return der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'latin1'))
}

/**
 * A certificate of its own for 127.0.0.1, ::1 and localhost, valid for a week, with its private key (RFC 5280).
 * It is self-signed, which Go's verifier accepts if it is in the list of authorities.
 */
export function selfSignedCertificate(now = new Date()): ServerCertificate {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const spki = publicKey.export({type: 'spki', format: 'der'})
  const name = sequence(der(0x31, sequence(oid(OID.commonName), der(0x0c, Buffer.from('meshctl serve')))))
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)])
  const day = 24 * 3_600_000
  const names = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
  )
  const extensions = sequence(
    extension(OID.basicConstraints, true, sequence(yes)),
    // digitalSignature and keyCertSign
    extension(OID.keyUsage, true, der(0x03, Buffer.from([0x02, 0x84]))),
    extension(OID.extKeyUsage, false, sequence(oid(OID.serverAuth))),
    extension(OID.subjectAltName, false, names),
    extension(OID.subjectKeyId, false, der(0x04, createHash('sha1').update(spki).digest())),
  )
  const algorithm = sequence(oid(OID.ecdsaSha256))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(new Date(now.getTime() - day)), time(new Date(now.getTime() + 7 * day))),
    name,
    spki,
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const certificate = sequence(body, algorithm, signature)
  const lines = certificate
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd()
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
  }
}
