import {dirname} from 'node:path'
import {byText} from '../../model/text/order.js'
import {BUNDLE_INDEX, parseIndex} from '../../sources/bundle/layout.js'

/** A bundle of meshctl among the files: where it is, and what it holds. */
export interface HeldBundle {
  /** What `--from` takes. */
  readonly path: string
  readonly capturedAt: string
  readonly from: string
  readonly pods: number
  readonly namespaces: readonly string[]
  readonly kinds: readonly string[]
}

interface Labelled {
  readonly label: string
  readonly bytes: Uint8Array
}

/** The archive or folder that an index of a bundle is in. */
function homeOf(label: string): string {
  return label.endsWith(`:${BUNDLE_INDEX}`) ? label.slice(0, -BUNDLE_INDEX.length - 1) : dirname(label)
}

function isIndex({label, bytes}: Labelled): boolean {
  const named = label === BUNDLE_INDEX || label.endsWith(`:${BUNDLE_INDEX}`) || label.endsWith(`/${BUNDLE_INDEX}`)
  return named && /^\s*\{\s*"format":\s*"meshctl\.bundle"/.test(Buffer.from(bytes.subarray(0, 200)).toString('utf8'))
}

function held({label, bytes}: Labelled): HeldBundle {
  const {capturedAt, from, evidence, objects} = parseIndex(Buffer.from(bytes).toString('utf8'), label)
  const pods = new Set(evidence.map(({namespace, pod}) => `${pod}.${namespace}`))
  const sorted = (names: readonly string[]) => [...new Set(names)].sort(byText)
  return {
    path: homeOf(label),
    capturedAt,
    from,
    pods: pods.size,
    namespaces: sorted(evidence.map(({namespace}) => namespace)),
    kinds: sorted(objects.map(({kind}) => kind)),
  }
}

/** The bundles among some files, and the files that are not part of one. */
export function bundlesIn<T extends Labelled>(
  inputs: readonly T[],
): {readonly bundles: readonly HeldBundle[]; readonly others: readonly T[]} {
  const indexes = inputs.filter(isIndex)
  const homes = indexes.map(({label}) => homeOf(label))
  const inside = ({label}: T) =>
    indexes.some(each => each.label === label) || homes.some(home => label.startsWith(`${home}:blobs/`))
  return {bundles: indexes.map(held), others: inputs.filter(each => !inside(each))}
}
