import {definedFields} from '../../model/collections/defined-fields.js'
import type {AdminCertificate} from '../../model/envoy/admin-certificate.js'
import {type Answer, answered} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {listOf, textOf} from '../decode.js'
import {parseJson} from '../json-text.js'

function read(role: AdminCertificate['role'], ofMesh: boolean, entry: unknown): AdminCertificate {
  // A 64-bit number, which JSON of Envoy writes as text.
  const days = textOf(entry, 'days_until_expiration')
  return {
    role,
    ofMesh,
    serial: textOf(entry, 'serial_number') ?? '',
    names: listOf(entry, 'subject_alt_names').map(each => textOf(each, 'uri') ?? textOf(each, 'dns') ?? ''),
    validFrom: textOf(entry, 'valid_from') ?? '',
    validTo: textOf(entry, 'expiration_time') ?? '',
    ...definedFields({daysLeft: days === undefined || days === '' ? undefined : Number(days)}),
  }
}

/** True when a certificate of the chain carries a workload identity of the mesh (a SPIFFE URI as subject alternative name). */
function isMeshIdentity(entry: unknown): boolean {
  return listOf(entry, 'cert_chain').some(certificate =>
    listOf(certificate, 'subject_alt_names').some(name => textOf(name, 'uri')?.startsWith('spiffe://') === true),
  )
}

/** The certificates of Envoy's /certs page (admin.v3.Certificates), equal ones once. */
export function parseCerts(artifact: Artifact): Answer<readonly AdminCertificate[]> {
  const json = parseJson(artifact.bytes, "Envoy's certificates")
  if (!json.ok) return json
  const all = listOf(json.value, 'certificates').flatMap(entry => {
    const ofMesh = isMeshIdentity(entry)
    return [
      ...listOf(entry, 'cert_chain').map(each => read('own', ofMesh, each)),
      ...listOf(entry, 'ca_cert').map(each => read('trusted', ofMesh, each)),
    ]
  })
  // The same root can be trusted both for the mesh and for other hosts: it is then of the mesh.
  const ordered = [...all.filter(each => !each.ofMesh), ...all.filter(each => each.ofMesh)]
  const byIdentity = new Map(ordered.map(each => [`${each.role} ${each.serial} ${each.validTo}`, each]))
  const kept = new Set(byIdentity.values())
  return answered(all.filter(each => kept.has(each)))
}
