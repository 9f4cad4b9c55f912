import {textOf} from '../../formats/decode.js'
import {parseIpSets} from '../../formats/netfilter/ipset.js'
import {podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {madeOnce} from '../asked-once.js'
import {cniAgentObjects} from './ztunnels.js'

/** The sets of istio-cni that let the kubelet's probes into pods it redirected (istio-cni, "inpod probes"). */
const PROBE_SETS = ['istio-inpod-probes-v4', 'istio-inpod-probes-v6']

/** The addresses of pods in the probe sets of a node; undefined where they could not be read. */
export async function probeSet(source: Source, node: string): Promise<readonly string[] | undefined> {
  return await madeOnce(source, `probe sets of ${node}`, async () => {
    const agents = await cniAgentObjects(source)
    const agent = agents.ok ? agents.value.find(pod => textOf(pod, 'spec', 'nodeName') === node) : undefined
    if (agent === undefined) return undefined
    const read = await source.evidence('net.ipset', podRefOf(agent))
    if (!read.ok) return undefined
    const sets = parseIpSets(read.value)
    const own = PROBE_SETS.flatMap(name => sets.get(name) ?? [])
    return PROBE_SETS.some(name => sets.has(name)) ? own : undefined
  })
}
