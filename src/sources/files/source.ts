import {lineOfService} from '../../formats/containers/compose.js'
import {listenersTable} from '../../formats/envoy-listeners.js'
import {formsIn} from '../../formats/forms/forms-in.js'
import {htmlText, isHtml} from '../../formats/html-text.js'
import type {DocumentText} from '../../formats/kube-manifest/document-texts.js'
import {embeddedManifests} from '../../formats/kube-manifest/embedded.js'
import {unjudgedObjects} from '../../formats/kube-manifest/unjudged.js'
import {patchesAmong} from '../../formats/kube-pod/patch.js'
import {unknownTemplates} from '../../formats/kube-pod/unknown-templates.js'
import {evidenceOfOwnAnswer} from '../../formats/own-answer.js'
import {recognisePasted} from '../../formats/pasted/recognise.js'
import {contentName, type Sniffed, sniffAll} from '../../formats/sniff.js'
import {type Answer, answered, type Gap, missing} from '../../model/answer.js'
import {type Artifact, type EvidenceId, evidenceRow, isEvidenceId} from '../../model/evidence.js'
import {isOfKind, kindOf} from '../../model/kinds.js'
import type {KubeObject} from '../../model/kube-object.js'
import {once} from '../../model/once.js'
import type {PastedTable, TableKind} from '../../model/pasted-table.js'
import type {ObjectRef} from '../../model/pod.js'
import {shellWord} from '../../model/shell-word.js'
import {UserError} from '../../model/user-error.js'
import type {CorrectedText, FilePlace, ObjectQuery, ObjectSteps, Source} from '../source.js'
import {withoutBuildFiles} from './build-files.js'
import type {InputFile} from './input-file.js'
import {withoutKubectlLines} from './kubectl-lines.js'
import {outsidePods} from './outside-pods.js'
import {isPlainJson, pastedFiles} from './pasted-files.js'
import {withoutUtf16} from './utf16.js'

interface Content extends InputFile {
  /** What it may contain, most specific first. */
  readonly kinds: readonly Sniffed[]
  /** The Kubernetes objects written among other text, when the file does not begin as a manifest. */
  readonly embedded?: Uint8Array
}

function firstKind(content: Content): Sniffed {
  return content.kinds[0] ?? 'unknown'
}

/** One rules text answers for any backend: the text itself shows the family. */
const STANDS_FOR: Partial<Record<EvidenceId, readonly Sniffed[]>> = {
  'net.iptables.nft': [
    'net.iptables.nft',
    'net.iptables.legacy',
    'net.ip6tables.nft',
    'net.ip6tables.legacy',
    'net.nft',
    'log.istio-init',
  ],
  'net.sockets': ['net.sockets'],
}

/** Rules of which each table, family or back end may be in a file of its own. */
const RULES: ReadonlySet<Sniffed> = new Set<Sniffed>([
  'net.iptables.nft',
  'net.iptables.legacy',
  'net.ip6tables.nft',
  'net.ip6tables.legacy',
])

/** Evidence that a file of unknown content may be intended as: its parser then reports what is wrong with it. */
const GUESSED: readonly EvidenceId[] = [
  'envoy.config_dump',
  'envoy.clusters',
  'net.iptables.nft',
  'net.sockets',
  'envoy.server_info',
  'istiod.syncz',
]

/** Pages that come as JSON: anything but the whole page is looked at piece by piece. */
const JSON_PAGES: readonly EvidenceId[] = [
  'envoy.config_dump',
  'envoy.clusters',
  'envoy.listeners',
  'envoy.server_info',
  'envoy.certs',
  'istiod.syncz',
  'ztunnel.config_dump',
]

/** True when the content is the page itself, so that its reader can have the bytes as they are. */
function isWholePage(content: Content, id: EvidenceId): boolean {
  if (!JSON_PAGES.includes(id)) return true
  if (!content.kinds.includes(id) || !isPlainJson(content.bytes)) return false
  return id !== 'envoy.config_dump' || Buffer.from(content.bytes.subarray(0, 65_536)).includes('"configs"')
}

interface ReadManifests {
  readonly objects: readonly KubeObject[]
  /** The file and document each object is written in. */
  readonly documents: ReadonlyMap<KubeObject, {readonly file: string; readonly document: DocumentText}>
  readonly damaged: readonly Gap[]
}

const NO_MANIFEST =
  'This is text, not a manifest: extract the YAML or JSON with apiVersion, kind and metadata into a file of its own.'

/** What static site generators keep before the text of a page: fields between two lines of dashes, none of them of an object. */
const FRONT_MATTER =
  /^---[ \t]*\r?\n(?:(?!---|["']?(?:apiVersion|kind)["']?:).*\n){1,60}---[ \t]*\r?\n(?!\s*["']?(?:apiVersion|kind)["']?:)/

/** The first line of a text that is no comment, after front matter. */
function firstLine({bytes}: Content): string {
  const lines = Buffer.from(bytes.subarray(0, 65_536))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(FRONT_MATTER, '')
    .split('\n')
  return lines.find(line => line.trim() !== '' && !line.startsWith('#')) ?? ''
}

/** True if a text starts like a manifest: with a field, a list, a document mark or JSON, after comments. */
function isManifest(content: Content): boolean {
  return /^\s*(---|%YAML|[{[]|- |[A-Za-z][\w.-]*:(\s|$))/.test(firstLine(content))
}

/** An answer of meshctl as the evidence it still holds. */
function withOwnEvidence<T extends InputFile>(file: T): T {
  const text = evidenceOfOwnAnswer(file.bytes)
  return text === undefined ? file : {...file, bytes: Buffer.from(text)}
}

/** A file with the objects written in it, when they stand among other text. */
function withEmbedded(content: Content): Content {
  // No field of an object begins with a capital; a word of prose before a colon does.
  const whole = isManifest(content) && !/^\s*[A-Z]/.test(firstLine(content))
  if (!content.kinds.includes('objects') || whole) return content
  const text = embeddedManifests(Buffer.from(content.bytes).toString('utf8'))
  return text === undefined ? content : {...content, embedded: Buffer.from(text)}
}

/** The readable objects of manifests, and the problems; the YAML library is loaded only if needed. */
async function readAll(contents: readonly Content[]): Promise<ReadManifests> {
  const {parseManifest} = await import('../../formats/kube-manifest/parse.js')
  const read = contents.map(content => ({content, ...parseManifest(content.embedded ?? content.bytes)}))
  const objects = read.flatMap(each => each.objects)
  const damaged = read.flatMap(({content, problems}) =>
    problems.map(({line, column, message}): Gap => {
      const what = `${content.label}:${line}:${column}`
      return {what, reason: 'unreadable', detail: message}
    }),
  )
  const documents = new Map(
    read.flatMap(each =>
      [...each.documents].map(([object, document]) => [object, {file: each.content.label, document}]),
    ),
  )
  return {objects, damaged, documents}
}

/** The same, but an error if there is no object and nothing else in the files either. */
async function readManifests(contents: readonly Content[]): Promise<ReadManifests> {
  const {objects, damaged, documents} = await readAll(contents)
  const [first] = damaged
  const alone = contents.every(each => ['objects', 'unknown'].includes(firstKind(each)))
  if (objects.length === 0 && first !== undefined && alone) {
    throw new UserError(`${first.what}: ${first.detail}`, contents.some(isManifest) ? {} : {hint: NO_MANIFEST})
  }
  return {objects, damaged, documents}
}

/** A file with what it holds; of an HTML page its text, when that is something meshctl knows (an error page of a proxy is not). */
function contentOf({label, bytes}: InputFile): Content {
  const kinds = sniffAll(bytes)
  const text = Buffer.from(bytes.subarray(0, 4096)).toString('utf8')
  if (!isHtml(text)) return {label, bytes, kinds}
  const plain = Buffer.from(htmlText(Buffer.from(bytes).toString('utf8')))
  const known = sniffAll(plain)
  const pasted = recognisePasted(label, plain)
  const useful = known[0] !== 'unknown' || pasted.dump.length + pasted.evidence.length + pasted.tables.length > 0
  return useful ? {label, bytes: plain, kinds: known} : {label, bytes, kinds}
}

/** Finds the line of a field in one file. */
type PlaceFinder = (object: ObjectRef, path: string | undefined) => Pick<FilePlace, 'line' | 'column'> | undefined

/** Istio's settings, as people quote them: a file of one of these without a namespace is of the control plane. */
const SETTINGS = /^istio(?:-sidecar-injector)?(?:-[a-z0-9-]+)?$/

/** The namespace of an object; one of those asked for where the object names none. */
function homeOf({kind, metadata}: KubeObject, asked: string): string {
  return metadata.namespace ?? (kind === 'ConfigMap' && SETTINGS.test(metadata.name) ? asked : 'default')
}

/** A source of files from the command line (or standard input); each is recognised by its content. */
export function filesSource(files: readonly InputFile[]): Source {
  const given = withoutBuildFiles(files)
  const cleaned = given.files.map(({label, bytes}) => ({label, ...withoutKubectlLines(withoutUtf16(bytes))}))
  const contents: readonly Content[] = cleaned.map(withOwnEvidence).map(contentOf).map(withEmbedded)
  const remarks = [
    ...given.remarks,
    ...cleaned.flatMap(file => file.skipped.map(line => `${file.label}: ignored a line of kubectl output: ${line}`)),
  ]
  const label = files.map(file => file.label).join(', ')
  const manifests = contents.filter(content => firstKind(content) === 'objects' || content.embedded !== undefined)
  const containers = contents.filter(({kinds}) => kinds.includes('containers'))
  let parsed: Promise<ReadManifests> | undefined
  const places = new Map<string, PlaceFinder>()

  function find(id: EvidenceId): Content | undefined {
    const wanted = STANDS_FOR[id] ?? [id]
    for (const sniffed of wanted) {
      const exact = contents.find(content => content.kinds.includes(sniffed))
      if (exact !== undefined) return exact
    }
    return GUESSED.includes(id) ? contents.find(content => firstKind(content) === 'unknown') : undefined
  }

  /** The bytes of all files that hold the same kind of rules: tables, families and back ends are often saved one by one. */
  function joined(content: Content): {readonly bytes: Uint8Array; readonly from: string} {
    const alike = contents.filter(each => firstKind(each) === firstKind(content))
    if (alike.length === 1 || !RULES.has(firstKind(content))) return {bytes: content.bytes, from: content.label}
    const bytes = Buffer.concat(alike.flatMap(each => [Buffer.from(each.bytes), Buffer.from('\n')]))
    return {bytes, from: alike.map(each => each.label).join(', ')}
  }

  const pasted = pastedFiles(contents)

  function nameOf(content: Content): string {
    const kind = firstKind(content)
    return kind === 'unknown' ? (pasted.describe(content) ?? contentName(kind)) : contentName(kind)
  }

  function tables(kind: TableKind): readonly PastedTable[] {
    const found = pasted.tables(kind)
    if (kind !== 'listener' || found.length > 0) return found
    // The page itself answers; looking for another among it would read all of it once more.
    if (contents.some(content => isWholePage(content, 'envoy.config_dump'))) return []
    const page = pasted.evidence('envoy.listeners')
    return page === undefined ? [] : [listenersTable(JSON.parse(Buffer.from(page.bytes).toString('utf8')))]
  }

  /** What a file holds, with the command that answers from it. */
  function offerOf(content: Content): string {
    const command = formsIn(content.label, content.bytes).flatMap(({commands}) => commands)[0]
    const name = nameOf(content)
    return command === undefined ? name : `${name} (meshctl ${command} -f ${shellWord(content.label)})`
  }

  async function evidence(id: EvidenceId): Promise<Answer<Artifact>> {
    const content = find(id)
    const whole = content !== undefined && isWholePage(content, id)
    const pieces = whole ? undefined : pasted.evidence(id)
    if (pieces !== undefined) {
      const {bytes, from, missing: incomplete} = pieces
      return answered({id, bytes, provenance: {from}, ...(incomplete.length === 0 ? {} : {incomplete})})
    }
    if (content === undefined || (firstKind(content) === 'unknown' && pasted.describe(content) !== undefined)) {
      const held = contents.map(each => `${each.label} is ${nameOf(each)}`).join('; ')
      return missing(evidenceRow(id).title, 'not-captured', held)
    }
    const first = firstKind(content)
    const as = isEvidenceId(first) && first !== id ? {as: first} : {}
    const {bytes, from} = joined(content)
    return answered({id, bytes, provenance: {from, ...as}})
  }

  /** Workloads that no Kubernetes runs: of containers, else the one whose processes or sockets were given. */
  const outsideKubernetes = once(() => outsidePods(label, contents, evidence))

  async function objects(query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
    const others = query.kind === 'Pod' && manifests.length === 0 ? await outsideKubernetes() : []
    if (manifests.length === 0 && others.length === 0)
      return missing(`${query.kind} objects`, 'not-captured', `${label} contains no Kubernetes objects`)
    const all = manifests.length === 0 ? others : (await read()).objects
    const known = kindOf(query.kind)
    const kind = known?.kind ?? query.kind
    return answered(
      all.filter(
        object =>
          object.kind === kind &&
          (known === undefined || isOfKind(object, known)) &&
          (query.namespace === undefined || homeOf(object, query.namespace) === query.namespace) &&
          (query.name === undefined || object.metadata.name === query.name),
      ),
    )
  }

  function beside() {
    const others = contents.filter(each => !['objects', 'containers', 'unknown'].includes(firstKind(each)))
    return others.map(each => ({file: each.label, holds: nameOf(each)}))
  }

  /** Among manifests, a file of unknown content counts as damaged. */
  function read(): Promise<ReadManifests> {
    parsed ??= readManifests(
      contents.filter(content => manifests.includes(content) || firstKind(content) === 'unknown'),
    )
    return parsed
  }

  /** If no file is a manifest, an unreadable one that starts like a manifest is treated as one. */
  async function damaged(): Promise<readonly Gap[]> {
    if (manifests.length > 0) return (await read()).damaged
    return (await readAll(contents.filter(each => firstKind(each) === 'unknown' && isManifest(each)))).damaged
  }

  async function skipped(): Promise<readonly Gap[]> {
    const {objects: all} = manifests.length === 0 ? {objects: []} : await read()
    return [...unknownTemplates(all), ...patchesAmong(all), ...unjudgedObjects(all)]
  }

  async function place(object: ObjectRef, path: string | undefined) {
    const {placesIn} = await import('../../formats/kube-manifest/place.js')
    for (const {label: file, bytes, embedded} of manifests) {
      const find = places.get(file) ?? placesIn(embedded ?? bytes)
      places.set(file, find)
      const found = find(object, path)
      if (found !== undefined) return {file, ...found}
    }
    for (const {label: file, bytes} of containers) {
      const line = lineOfService(Buffer.from(bytes).toString('utf8'), object.name)
      if (line !== undefined) return {file, line, column: 1}
    }
    return undefined
  }

  const finders = new Map<DocumentText, PlaceFinder>()
  async function placeOf(object: KubeObject, path: string | undefined): Promise<FilePlace | undefined> {
    const {placesInDocument} = await import('../../formats/kube-manifest/place.js')
    const home = (await read()).documents.get(object)
    if (home === undefined) return undefined
    const finder = finders.get(home.document) ?? placesInDocument(home.document)
    finders.set(home.document, finder)
    const {kind, metadata} = object
    const found = finder({kind, namespace: metadata.namespace ?? '', name: metadata.name}, path)
    return {file: home.file, ...(found ?? {line: home.document.line, column: 1})}
  }

  async function corrected(corrections: readonly ObjectSteps[]): Promise<readonly CorrectedText[]> {
    const {correctedIn} = await import('../../formats/kube-manifest/correct.js')
    return manifests.flatMap(({label: file, bytes, embedded}) =>
      correctedIn(embedded ?? bytes, corrections).map(document => ({file, ...document})),
    )
  }

  return {
    origin: {kind: 'files', label},
    traits: {live: false, complete: false},
    defaultNamespace: 'default',
    ...(contents.some(
      content =>
        content.kinds.some(kind => kind !== 'objects' && kind !== 'containers') ||
        // Beside objects a text may hold tables and pieces that no first line shows.
        (content.embedded !== undefined && pasted.describe(content) !== undefined),
    )
      ? {impliedSubject: {namespace: '', name: label, implied: true}}
      : {}),
    remarks,
    offers: () => contents.map(offerOf),
    tables,
    objects,
    evidence,
    manifests: {
      objects: async () => (manifests.length === 0 ? [] : [...(await read()).documents.keys()]),
      placeOf,
      damaged,
      beside: manifests.length === 0 && containers.length === 0 ? [] : beside(),
      skipped,
      place,
      corrected,
    },
    close: async () => {},
  }
}
