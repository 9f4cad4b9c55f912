import type {AdminCertificate} from '../model/admin-certificate.js'
import {type Answer, answered} from '../model/answer.js'
import type {Artifact} from '../model/evidence.js'
import {listOf, textOf} from './decode.js'
import {parseJson} from './json-text.js'

function read(role: AdminCertificate['role'], entry: unknown): AdminCertificate {
  return {
    role,
    serial: textOf(entry, 'serial_number') ?? '',
    names: listOf(entry, 'subject_alt_names').map(each => textOf(each, 'uri') ?? textOf(each, 'dns') ?? ''),
    validFrom: textOf(entry, 'valid_from') ?? '',
    validTo: textOf(entry, 'expiration_time') ?? '',
  }
}

/** The certificates of Envoy's /certs page (admin.v3.Certificates), equal ones once. */
export function parseCerts(artifact: Artifact): Answer<readonly AdminCertificate[]> {
  const json = parseJson(artifact.bytes, "Envoy's certificates")
  if (!json.ok) return json
  const all = listOf(json.value, 'certificates').flatMap(entry => [
    ...listOf(entry, 'cert_chain').map(each => read('own', each)),
    ...listOf(entry, 'ca_cert').map(each => read('trusted', each)),
  ])
  return answered([...new Map(all.map(each => [`${each.role} ${each.serial}`, each])).values()])
}
