import {oneByOneByKey} from '../../model/collections/one-by-one.js'
import type {KubeObject, PodRef} from '../../model/kube/kube-object.js'
import type {Api} from './api/api.js'
import {type ExecMemory, execMemory} from './pods/exec-memory.js'
import {type ForwardedPages, forwardedPages} from './pods/forwarded-pages.js'
import {type KnownPods, knownPods, podKey} from './pods/known-pods.js'
import {patience} from './pods/patience.js'
import {podCommands, type RunInPod} from './pods/pod-commands.js'

/** Shared state of a live source: pods looked up once, port-forwards kept open, commands run. */
export interface Live extends Pick<KnownPods, 'pod' | 'remember'> {
  readonly api: Api
  /** Drops cached pods and their idle port-forwards: a fleet has thousands. */
  forget(refs: readonly PodRef[]): void
  /** Serializes calls to one proxy, over any transport: Envoy's admin interface answers on its main thread. */
  oneByOne<T>(ref: PodRef, ask: () => Promise<T>): Promise<T>
  readonly podPage: ForwardedPages['page']
  readonly exec: RunInPod
  /** The running istiods that were found last, and when; asked for once per proxy, they would be listed as often. */
  readonly istiods: {found: {readonly pods: Promise<readonly KubeObject[]>; readonly at: number} | undefined}
  /** What commands in the pod have shown so far. */
  execMemory(ref: PodRef): ExecMemory
  close(): void
}

/** Opens the shared part of a live source on an API client. */
export function openLive(api: Api): Live {
  const pods = knownPods(api)
  const pages = forwardedPages(api)
  const inTurn = oneByOneByKey()
  const memories = new Map<string, ExecMemory>()
  const waits = patience()
  const runInPod = podCommands(api)
  return {
    api,
    pod: pods.pod,
    remember: pods.remember,
    forget(refs) {
      for (const key of refs.map(podKey)) {
        pods.forget(key)
        pages.forget(key)
        memories.delete(key)
      }
    },
    oneByOne: (ref, ask) => inTurn(podKey(ref), ask),
    podPage: (ref, port, path, limits) =>
      waits.ask(`${podKey(ref)}:${port}`, () => pages.page(ref, port, path, limits)),
    exec: (ref, container, argv, limits) =>
      waits.ask(`${podKey(ref)}/${container}`, () => runInPod(ref, container, argv, limits)),
    istiods: {found: undefined},
    execMemory(ref) {
      const memory = memories.get(podKey(ref)) ?? execMemory()
      memories.set(podKey(ref), memory)
      return memory
    },
    close() {
      pages.close()
      api.close()
    },
  }
}
