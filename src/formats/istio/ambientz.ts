import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {type Artifact, evidenceRow} from '../../model/evidence/evidence.js'
import type {AmbientWorkload} from '../../model/istio/ambient-workload.js'
import {at, isObject, listOf, textOf} from '../decode.js'
import {parseJson} from '../json-text.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

/** A workload of the page; istiods before 1.24 wrap it, with what they made it of beside it. */
function workload(entry: unknown): AmbientWorkload {
  const value = at(entry, 'workload') ?? at(entry, 'Workload') ?? entry
  return {
    name: textOf(value, 'name') ?? '',
    namespace: textOf(value, 'namespace') ?? '',
    hbone: textOf(value, 'tunnelProtocol') === 'HBONE' || textOf(value, 'tunnel_protocol') === 'HBONE',
    nativeTunnel: at(value, 'nativeTunnel') === true || at(value, 'native_tunnel') === true,
  }
}

/** The workloads of istiod's /debug/ambientz (pilot/pkg/xds/debug.go, ambientz): what istiod sends to every ztunnel. */
export function parseAmbientz(artifact: Artifact): Answer<readonly AmbientWorkload[]> {
  const {title} = evidenceRow('istiod.ambientz')
  const json = parseJson(artifact.bytes, title)
  if (!json.ok) return json
  if (!isObject(json.value) || !Array.isArray(at(json.value, 'workloads')))
    return missing(title, 'unreadable', 'it has no workloads: it is not the ambientz page of an istiod')
  return answered(listOf(json.value, 'workloads').map(workload))
}

/** The page in a text, wherever it stands; the workloads of a ztunnel's own dump have workloadIps instead of addresses. */
export function ambientzIn(text: string): readonly AmbientWorkload[] | undefined {
  if (!/"uid"\s*:\s*"[^"]{0,80}\/\/Pod\//.test(text) || /"workload(Ips?|_ips?|State)"\s*:/.test(text)) return undefined
  const page = jsonBlocks(text).find(({value}) => listOf(value, 'workloads').length > 0)
  return page === undefined ? undefined : listOf(page.value, 'workloads').map(workload)
}
