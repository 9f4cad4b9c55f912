import type {HttpMatchRequest, MatchesByName, RouteRule, StringMatch} from '../../model/istio-config/virtual-service.js'

/** The rules of each list of a VirtualService, which Envoy tries from the top. */
export function rulesByList(rules: readonly RouteRule[]): readonly (readonly RouteRule[])[] {
  return (['http', 'tcp', 'tls'] as const).map(list => rules.filter(rule => rule.list === list))
}

/** The rules up to the first that has no match: what comes after it is never reached, whatever its matches are. */
export function reachedRules(list: readonly RouteRule[]): readonly RouteRule[] {
  const catchAll = list.findIndex(({matches}) => matches.length === 0)
  return catchAll < 0 ? list : list.slice(0, catchAll + 1)
}

/** A rule by its name or number. */
export function ruleLabel({name, index, list}: RouteRule): string {
  return name === '' ? `${list}[${index}]` : JSON.stringify(name)
}

/** A match by its name or number. */
export function matchLabel({name}: HttpMatchRequest, index: number): string {
  return name === '' ? `#${index}` : JSON.stringify(name)
}

/** The matches that are equal to an earlier one, with the rule that has it. */
export function duplicateMatches(rules: readonly RouteRule[]): ReadonlyMap<HttpMatchRequest, RouteRule> {
  const known = new Map<string, RouteRule>()
  const found = new Map<HttpMatchRequest, RouteRule>()
  for (const rule of rules) {
    for (const match of rule.matches) {
      const first = known.get(match.key)
      if (first === undefined) known.set(match.key, rule)
      else found.set(match, rule === first ? rule : first)
    }
  }
  return found
}

/** True when every text that meets `later` also meets `earlier`, as far as that is known. */
function textCovers(earlier: StringMatch | undefined, later: StringMatch | undefined): boolean {
  if (earlier === undefined || (earlier.type === 'present' && later !== undefined)) return true
  if (later === undefined) return false
  if (earlier.type === 'regex') return later.type === 'regex' && later.text === earlier.text
  if (earlier.type === 'prefix') {
    return (later.type === 'prefix' || later.type === 'exact') && later.text.startsWith(earlier.text)
  }
  return earlier.type === later.type && earlier.text === later.text
}

function namesCover(earlier: MatchesByName, later: MatchesByName): boolean {
  return [...earlier].every(([name, match]) => later.has(name) && textCovers(match, later.get(name)))
}

function sameNames(earlier: MatchesByName, later: MatchesByName): boolean {
  if (earlier.size !== later.size) return false
  return [...earlier].every(([name, match]) => {
    const other = later.get(name)
    return other !== undefined && other.type === match.type && other.text === match.text
  })
}

function subsetOf(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.length === 0 || (later.length > 0 && later.every(each => earlier.includes(each)))
}

/** True when every request that meets `later` also meets `earlier`, as far as that is known (networking.istio.io, HTTPMatchRequest). */
export function matchCovers(earlier: HttpMatchRequest, later: HttpMatchRequest): boolean {
  return (
    earlier.others.length === 0 &&
    earlier.ignoreUriCase === later.ignoreUriCase &&
    (earlier.port === undefined || earlier.port === later.port) &&
    subsetOf(earlier.gateways, later.gateways) &&
    subsetOf(earlier.sniHosts, later.sniHosts) &&
    textCovers(earlier.uri, later.uri) &&
    textCovers(earlier.method, later.method) &&
    textCovers(earlier.authority, later.authority) &&
    textCovers(earlier.scheme, later.scheme) &&
    namesCover(earlier.headers, later.headers) &&
    namesCover(earlier.queryParams, later.queryParams) &&
    sameNames(earlier.withoutHeaders, later.withoutHeaders)
  )
}

/** The matches by prefix that an earlier match by a shorter prefix takes all requests of. */
export function shadowedPrefixes(
  rules: readonly RouteRule[],
): ReadonlyMap<HttpMatchRequest, {readonly rule: RouteRule; readonly match: HttpMatchRequest}> {
  const earlier: {readonly rule: RouteRule; readonly match: HttpMatchRequest}[] = []
  const found = new Map<HttpMatchRequest, {readonly rule: RouteRule; readonly match: HttpMatchRequest}>()
  for (const rule of rules) {
    for (const match of rule.matches) {
      if (match.uri?.type !== 'prefix') continue
      const {text} = match.uri
      const by = earlier.find(each => each.match.uri?.text !== text && matchCovers(each.match, match))
      if (by !== undefined) found.set(match, by)
      earlier.push({rule, match})
    }
  }
  return found
}
