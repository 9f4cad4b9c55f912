import type {OtherIstiodPage} from '../../model/evidence/debug-page.js'
import {isObject, type JsonObject, listOf, numberOf, objectOf, textOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

/** Names of the pages below (istio/istio, pilot/pkg/xds/debug.go); only a text with one of them is read as JSON. */
const MARK =
  /"(?:NetworkGateways|namespace_to_telemetries|Service|type\.googleapis\.com\/envoy\.[\w.]+)"\s*:|"#|containers:/
/** What istiod writes at /version and `pilot-discovery version --short`: release, commit and state of its source tree. */
const VERSION = /^\s*(\d{1,3}\.\d{1,3}[\w.+-]{0,60})-([0-9a-f]{40}|unknown)-(Clean|Modified|unknown)\s*$/
const INDEX = /<title>\s*Pilot Debug Console\s*<\/title>/
const HREF = /href=["']([^"'\s]{1,100})["']/g

function gateways(page: JsonObject): readonly OtherIstiodPage[] {
  if (!('NetworkGateways' in page) || !('AuthorizationPolicies' in page)) return []
  const all = (key: string) => {
    const direct = listOf(page, key)
    const byNetwork = Object.values(objectOf(page, key) ?? {}).flatMap(each => (Array.isArray(each) ? each : []))
    return [...direct, ...byNetwork].map(each => ({
      network: textOf(each, 'Network') ?? '',
      address: `${textOf(each, 'Addr') ?? ''}:${numberOf(each, 'Port') ?? ''}`,
    }))
  }
  return [{page: 'pushcontext', gateways: all('NetworkGateways'), unresolved: all('UnresolvedGateways')}]
}

function telemetries(page: JsonObject): readonly OtherIstiodPage[] {
  const by = objectOf(page, 'namespace_to_telemetries')
  if (by === undefined) return []
  const names = Object.values(by)
    .flatMap(each => (Array.isArray(each) ? each : []))
    .map(each => `${textOf(each, 'namespace') ?? ''}/${textOf(each, 'name') ?? ''}`)
  return [{page: 'telemetryz', names, root: textOf(page, 'root_namespace') ?? ''}]
}

/** Which Services each connected proxy is an instance of. */
function instances(page: JsonObject): readonly OtherIstiodPage[] {
  const entries = Object.entries(page)
  const isInstances = ([, list]: readonly [string, unknown]) =>
    Array.isArray(list) &&
    list.every(each => objectOf(each, 'Service') !== undefined || objectOf(each, 'service') !== undefined)
  if (
    entries.length === 0 ||
    !entries.every(isInstances) ||
    entries.every(([, list]) => !Array.isArray(list) || list.length === 0)
  )
    return []
  const proxies = entries.map(([proxy, list]) => ({
    proxy,
    hosts: (Array.isArray(list) ? list : []).flatMap(
      each => textOf(each, 'Service', 'hostname') ?? textOf(each, 'service', 'hostname') ?? [],
    ),
  }))
  return [{page: 'instancesz', proxies}]
}

function cached(page: JsonObject): readonly OtherIstiodPage[] {
  const entries = Object.entries(page).filter(([type]) => type.startsWith('type.googleapis.com/envoy.'))
  if (entries.length === 0 || !entries.every(([, names]) => Array.isArray(names) || typeof names === 'string'))
    return []
  const kinds = entries.map(([type, names]) => ({
    type: type.replace(/^.*\./, ''),
    size: Array.isArray(names) ? `${names.length}` : String(names),
  }))
  return [{page: 'cachez', kinds}]
}

/** The templates of the injector by name: text of YAML with containers. */
function templates(page: JsonObject): readonly OtherIstiodPage[] {
  const entries = Object.entries(page)
  const isTemplate = (text: unknown) => typeof text === 'string' && /\{\{|containers:/.test(text)
  return entries.length > 0 && entries.every(([, text]) => isTemplate(text))
    ? [{page: 'inject', names: entries.map(([name]) => name)}]
    : []
}

function ofText(text: string): readonly OtherIstiodPage[] {
  if (INDEX.test(text)) {
    const links = [...text.matchAll(HREF)].map(([, link = '']) => link.replace(/^.*debug\//, ''))
    return [{page: 'index', links: [...new Set(links)]}]
  }
  const [, release, commit] = VERSION.exec(text) ?? []
  return release === undefined || commit === undefined ? [] : [{page: 'version', release, commit}]
}

/** Reads istiod's pages pushcontext, telemetryz, instancesz, cachez, inject, /version and the index of /debug; empty for other texts. */
export function parseOtherIstiodPages(text: string): readonly OtherIstiodPage[] {
  const plain = ofText(text)
  if (plain.length > 0 || !MARK.test(text)) return plain
  return jsonBlocks(text)
    .filter(({cuts}) => cuts.length === 0)
    .flatMap(({value}) =>
      isObject(value) ? [gateways, telemetries, instances, cached, templates].flatMap(read => read(value)) : [],
    )
}
