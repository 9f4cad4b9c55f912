import {lineOfService} from '../../formats/containers/compose.js'
import type {DocumentText} from '../../formats/kube-manifest/document-texts.js'
import {unjudgedObjects} from '../../formats/kube-manifest/unjudged.js'
import {patchesAmong} from '../../formats/kube-pod/patch.js'
import {unknownTemplates} from '../../formats/kube-pod/unknown-templates.js'
import {once} from '../../model/collections/once.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import type {FilePlace, Manifests} from '../source.js'
import {type FileContent, firstKind, startsLikeManifest} from './content.js'

interface ReadManifests {
  readonly objects: readonly KubeObject[]
  /** The file and document each object is written in. */
  readonly documents: ReadonlyMap<KubeObject, {readonly file: string; readonly document: DocumentText}>
  readonly damaged: readonly Gap[]
}

const NO_MANIFEST =
  'This is text, not a manifest: extract the YAML or JSON with apiVersion, kind and metadata into a file of its own.'

/** The readable objects of manifests, and the problems; the YAML library is loaded only if needed. */
async function readAll(contents: readonly FileContent[]): Promise<ReadManifests> {
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
async function readManifests(contents: readonly FileContent[]): Promise<ReadManifests> {
  const {objects, damaged, documents} = await readAll(contents)
  const [first] = damaged
  const alone = contents.every(each => ['objects', 'unknown'].includes(firstKind(each)))
  if (objects.length === 0 && first !== undefined && alone) {
    const hint = contents.some(startsLikeManifest) ? {} : {hint: NO_MANIFEST}
    throw new UserError(`${first.what}: ${first.detail}`, {...hint, gap: first})
  }
  return {objects, damaged, documents}
}

/** Finds the line of a field in one file. */
type PlaceFinder = (object: ObjectRef, path: string | undefined) => Pick<FilePlace, 'line' | 'column'> | undefined

/** Finds where fields are written by the name of their object: in manifests, else the service of a compose file. */
function placesByName(manifests: readonly FileContent[], containers: readonly FileContent[]): Manifests['place'] {
  const finders = new Map<string, PlaceFinder>()
  return async (object, path) => {
    const {placesIn} = await import('../../formats/kube-manifest/place.js')
    for (const {label: file, bytes, embedded} of manifests) {
      const find = finders.get(file) ?? placesIn(embedded ?? bytes)
      finders.set(file, find)
      const found = find(object, path)
      if (found !== undefined) return {file, ...found}
    }
    for (const {label: file, bytes} of containers) {
      const line = lineOfService(Buffer.from(bytes).toString('utf8'), object.name)
      if (line !== undefined) return {file, line, column: 1}
    }
    return undefined
  }
}

/** Finds where fields are written in the very document an object was read from. */
function placesInHome(read: () => Promise<ReadManifests>): Manifests['placeOf'] {
  const finders = new Map<DocumentText, PlaceFinder>()
  return async (object, path) => {
    const {placesInDocument} = await import('../../formats/kube-manifest/place.js')
    const home = (await read()).documents.get(object)
    if (home === undefined) return undefined
    const finder = finders.get(home.document) ?? placesInDocument(home.document)
    finders.set(home.document, finder)
    const {kind, metadata} = object
    const found = finder({kind, namespace: metadata.namespace ?? '', name: metadata.name}, path)
    return {file: home.file, ...(found ?? {line: home.document.line, column: 1})}
  }
}

/** The manifests among given files. */
export interface GivenManifests {
  /** True if no file holds Kubernetes objects. */
  readonly none: boolean
  /** The objects in them; an error if nothing in the files can be read. */
  objects(): Promise<readonly KubeObject[]>
  readonly facet: Omit<Manifests, 'beside'>
}

/** Reads the manifests among given files, once, when they are first asked for. */
export function givenManifests(contents: readonly FileContent[]): GivenManifests {
  const manifests = contents.filter(each => firstKind(each) === 'objects' || each.embedded !== undefined)
  const containers = contents.filter(({kinds}) => kinds.includes('containers'))
  const none = manifests.length === 0
  const unknown = contents.filter(each => firstKind(each) === 'unknown')
  /** Among manifests, a file of unknown content counts as damaged. */
  const read = once(() => readManifests(contents.filter(each => manifests.includes(each) || unknown.includes(each))))
  return {
    none,
    objects: async () => (none ? [] : (await read()).objects),
    facet: {
      objects: async () => (none ? [] : [...(await read()).documents.keys()]),
      placeOf: placesInHome(read),
      // If no file is a manifest, an unreadable one that starts like a manifest is treated as one.
      damaged: async () => (none ? await readAll(unknown.filter(startsLikeManifest)) : await read()).damaged,
      async skipped() {
        const all = none ? [] : (await read()).objects
        return [...unknownTemplates(all), ...patchesAmong(all), ...unjudgedObjects(all)]
      },
      place: placesByName(manifests, containers),
      async corrected(corrections) {
        const {correctedIn} = await import('../../formats/kube-manifest/correct.js')
        return manifests.flatMap(({label: file, bytes, embedded}) =>
          correctedIn(embedded ?? bytes, corrections).map(document => ({file, ...document})),
        )
      },
    },
  }
}
