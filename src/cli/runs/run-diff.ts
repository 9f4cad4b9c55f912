import {UserError} from '../../model/evidence/user-error.js'
import {controlPlaneReport} from '../../reports/diff/control-plane.js'
import {replicasReport} from '../../reports/diff/replicas.js'
import {type DiffReport, sidesReport} from '../../reports/diff/report.js'
import type {CommonFlags} from '../input/open-for.js'
import {isSourceSpec, sideOpener} from '../input/open-side.js'

/** The arguments of a diff, as typed. */
export interface DiffWords {
  readonly first?: string | undefined
  readonly second?: string | undefined
  readonly against?: string | undefined
  readonly replicas?: string | undefined
  readonly all?: boolean | undefined
  readonly askAnyway?: boolean | undefined
  /** An Envoy config dump that replaces the one of the source. */
  readonly file?: readonly string[] | undefined
}

const FORMS = [
  "meshctl diff POD                      istiod's config against Envoy's",
  'meshctl diff A B                      two pods, files, bundles or snapshots',
  'meshctl diff [POD] --from A --against B',
  'meshctl diff --replicas deploy/NAME   the replica that differs',
]

type Opener = ReturnType<typeof sideOpener>

async function replicas(words: DiffWords, flags: CommonFlags, opener: Opener): Promise<DiffReport> {
  const {resolvePods} = await import('../../sources/subject.js')
  const source = await opener.sourceAt(flags.from)
  const target = {name: words.replicas, namespace: flags.namespace, allNamespaces: words.all}
  return await replicasReport(source, await resolvePods(source, target), words.replicas ?? 'this selection')
}

async function decide(words: DiffWords, flags: CommonFlags, opener: Opener): Promise<DiffReport> {
  const {first, second, against} = words
  if (words.replicas !== undefined || words.all === true) return await replicas(words, flags, opener)
  if (second !== undefined && first !== undefined) {
    return await sidesReport(await opener.side(first, flags.from), await opener.side(second, against ?? flags.from))
  }
  if (against !== undefined) {
    const [a, b] = [await opener.sourceAt(flags.from), await opener.sourceAt(against)]
    if (first === undefined) return await sidesReport({source: a}, {source: b})
    const pick = (source: typeof a) => (source.impliedSubject === undefined ? opener.podIn(source, first) : undefined)
    return await sidesReport({source: a, pod: await pick(a)}, {source: b, pod: await pick(b)})
  }
  if (first === undefined || isSourceSpec(first)) {
    throw new UserError(first === undefined ? 'nothing to compare' : `${first} is only one side; specify the other`, {
      hint: FORMS.join('\n'),
    })
  }
  const source = await opener.sourceAt(flags.from)
  const envoy = words.file === undefined ? undefined : await opener.sourceAt(onlyFile(words.file))
  return await controlPlaneReport(source, await opener.podIn(source, first), {
    istioNamespace: flags.istioNamespace,
    revision: flags.revision,
    askAnyway: words.askAnyway,
    envoy,
  })
}

/** The dump to compare with: one file. */
function onlyFile(files: readonly string[]): string {
  const [file, ...others] = files
  if (file === undefined || others.length > 0)
    throw new UserError('with a pod, give one file with -f: an Envoy config dump')
  return file
}

/** Determines both sides of a comparison, opens them, compares, and closes everything opened. */
export async function runDiff(words: DiffWords, flags: CommonFlags, root: string): Promise<DiffReport> {
  const opener = sideOpener(flags, root)
  try {
    return await decide(words, flags, opener)
  } finally {
    await opener.close()
  }
}
