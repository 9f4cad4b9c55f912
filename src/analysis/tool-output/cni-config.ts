import type {CniConfig} from '../../model/evidence/tool-output.js'

const MESH = 'istio-cni'

/**
 * Whether Istio's plugin is in a node's CNI configuration, and in its place: plugins run in the order of the list (CNI specification, section 2),
 * and it needs the interface and addresses that the network plugin gives the pod.
 */
export function cniFindings({name, plugins}: CniConfig): readonly string[] {
  const place = plugins.indexOf(MESH)
  const chain = `CNI configuration ${name}: ${plugins.join(', then ')}`
  if (place < 0)
    return [
      chain,
      `${MESH} is not in it. If the runtime uses this file (the first by name in its folder), pods of the node start without redirection, unless istio-init sets their rules: look for another file that names ${MESH}; the log of istio-cni-node names the file it writes, and another plugin may remove files that are not its own (Cilium: cni.exclusive)`,
    ]
  const later = plugins.slice(place + 1)
  if (plugins.length === 1)
    return [
      chain,
      `${MESH} is alone: it is right with Multus (chained=false), which calls it beside the network plugin; otherwise pods get no network`,
    ]
  return later.length === 0 || place > 0
    ? [chain, `${MESH} runs after the plugin that connects the pod, as it has to`]
    : [
        chain,
        `${MESH} runs first, before ${later.join(', ')}: the pod has no interface and no address yet, and it cannot be redirected; ${MESH} has to be the last of the list. Restart istio-cni-node: it writes its entry again`,
      ]
}
