import {own} from '../../model/collections/own.js'
import type {EnvoyMemory, RuntimeValue} from '../../model/evidence/debug-page.js'
import {humanCount} from '../../model/text/human-count.js'
import {humanSize} from '../../model/text/human-size.js'

/** A heap that is mostly free counts as a finding from here on. */
const LARGE = 100_000_000

/** What Envoy's /memory page says (envoyproxy.io, admin.v3.Memory: allocated, heap_size, pageheap_free). */
export function memoryFindings({allocated, heap, free}: EnvoyMemory): readonly string[] {
  const use = `Envoy uses ${humanSize(allocated)} of memory; its heap holds ${humanSize(heap)}, of which ${humanSize(free)} is free`
  return free > LARGE && free > heap / 2
    ? [
        use,
        `most of the heap (${humanSize(free)}) is free and was not returned to the kernel after a peak; it counts towards the memory limit of the container: a larger limit, fewer large requests at once, a smaller configuration (Sidecar objects), or the overload action shrink_heap`,
      ]
    : [use]
}

/** What Envoy's /runtime page says: values set by hand, and how many come from configuration. */
export function runtimeFindings(values: readonly RuntimeValue[]): readonly string[] {
  const byHand = values.filter(({layer}) => /admin/i.test(layer))
  return [
    ...byHand.map(
      ({name, value, layer}) =>
        `runtime ${name} is ${value}, set in layer ${layer}: by hand through the admin interface (/runtime_modify), lost when Envoy restarts`,
    ),
    `${humanCount(values.length - byHand.length, 'runtime value')} from the bootstrap configuration`,
  ]
}

/** States of Envoy's /ready page (envoyproxy.io, admin.v3.ServerInfo.State). */
const STATES: Readonly<Record<string, string>> = {
  LIVE: 'Envoy is live: it is initialized and serves traffic',
  DRAINING:
    'Envoy is draining: it is not ready, finishes open requests and is about to stop, or its health check was failed by hand',
  PRE_INITIALIZING:
    'Envoy is not ready: it waits for its clusters before it asks for listeners (DNS, endpoints or certificates are missing)',
  INITIALIZING:
    'Envoy is not ready: it waits for listeners, routes, secrets or other resources of the control plane; meshctl server-info and /init_dump name them',
}

/** What the word of Envoy's /ready page means. */
export function readyFindings(state: string): readonly string[] {
  const meaning = own(STATES, state)
  return meaning === undefined ? [] : [meaning]
}
