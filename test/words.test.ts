import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'

/** Files and directories whose identifiers, strings, comments and documents are held to the list. */
const PLACES: readonly string[] = [
  '.ci',
  'README.md',
  'bin',
  'commands',
  'docs',
  'src',
  'test/cli/check.test.ts',
  'test/support/fixed-case.ts',
  'test/support/rule-case.ts',
  'test/unit/rules/organisation-rules.test.ts',
  'test/unit/rules/patches.test.ts',
  'test/unit/reports/check-aggregator.test.ts',
  'test/unit/reports/check-fleet.test.ts',
  'test/unit/reports/check-forms.test.ts',
  'test/unit/reports/check-fuzz.test.ts',
  'test/unit/reports/check-inject.test.ts',
  'test/unit/reports/check-injection.test.ts',
  'test/unit/reports/check-manifests.test.ts',
  'test/unit/reports/check-revisions.test.ts',
  'test/unit/reports/check-schemas.test.ts',
  'test/unit/reports/check.test.ts',
  'test/unit/rules/rules.test.ts',
  'test/unit/rules/team-parameters.test.ts',
  'test/unit/rules/templates.test.ts',
]

/** Words that are not used, by the word to use instead; `(s)` and the like are regular expressions. */
const BANNED: Readonly<Record<string, string>> = {
  'told|untold': 'declared, configured, reported',
  'mend(s|ed|ing)?': 'fix',
  'reckon(s|ed|ing)?': 'compute',
  'oddit(y|ies)': 'warning',
  'fates?': 'outcome',
  'heirs?': 'replacement',
  'whence|hitherto': 'from where, until now',
  requestedPorts: 'requested',
  'bench|bed': 'context, topology',
  'eras?': 'release',
  anew: 'again, recreate',
  'for ever': 'forever',
  'led past': 'rewritten',
  'go(es)? past': 'bypass',
  'looked at by': 'jumps to, goes through',
  promised: 'declared',
  'whoever|nobody|anybody|somebody': 'any client, nothing, unknown',
  'foreseen|forecasts?|outlooks?': 'predicted, prediction',
  'tally|tallies': 'aggregator',
  'slim(med|s)?': 'stripped',
  'heed(s|ed|ing)?': 'honour',
  'counts? for nothing': 'is ignored',
  'had a say': 'applied',
  'name lookups?': 'DNS query',
  'throws? away': 'drops',
  'left alone|leaves? (it |them )?alone': 'is not captured, is excluded',
  'passed over': 'ignored, skipped',
  quiet: 'clean, only info',
  'at hand': 'available, current',
  'speaks? of': 'indicates, names',
  'becomes? of|became of': 'happens to',
  'laid (over|beside)': 'applied, compared',
  'pass(es)? over': 'ignores, skips',
  shall: 'is to',
  // "X is not a port" is German; "there is no port" and "is no longer" are English.
  '(?<!(there|here|where|simply) )(is|are|was|were) no (?!(longer|more|other|different|less|such|better|worse|one|need|way|matter|further|use|exception|point|reason|room|chance|good|current|own|settings|answer)(?![a-z]))[a-z]+':
    'is not a',
}

/** Files and directories below these places that are not held to the list yet, with the reason. */
const OPEN: Readonly<Record<string, string>> = {}

/** Uses of a banned word that are right, or that scripts of users rely on. */
const EXCEPTIONS = [
  // The benchmark command and directory.
  /npm run bench/g,
  /ApacheBench/g,
  /test\/bench/g,
  /bin\/bench/g,
  // A flag of git and of every command, its variable and its key in the user's file.
  /--quiet|flags\.quiet|\bquiet: (?:Flags\b|'MESHCTL_QUIET')|MESHCTL_QUIET|`quiet`/g,
  // Keys of JSON that users read or write: check and diff reports, packet tables.
  /"?passedOver"?:/g,
  /\btold: pair\.syncProblems/g,
  /`bed`|"bed":|record\(document\)\.bed\b/g,
  /\bera: report\b|\boddities: report\b/g,
  // English: istiod tells ztunnel about an address.
  /has not told ztunnel/g,
]

/** Names of other files' exports, which their own place gives up. */
const FOREIGN = [/\bthrowsAway\b/g, /\bpassedOver\b/g]

function filesBelow(place: string): readonly string[] {
  if (Object.hasOwn(OPEN, place)) return []
  if (!statSync(place).isDirectory()) return [place]
  return readdirSync(place, {withFileTypes: true}).flatMap(entry => filesBelow(join(place, entry.name)))
}

/** The words of identifiers apart, and runs of blanks and comment stars as one blank. */
function plainText(text: string): string {
  return [...EXCEPTIONS, ...FOREIGN]
    .reduce((rest, exception) => rest.replace(exception, ''), text)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]/g, ' ')
    .replace(/\s+(\*\s+|\/\/\s+)?/g, ' ')
    .toLowerCase()
}

const RULES = Object.entries(BANNED).map(([pattern, instead]) => ({
  test: new RegExp(`(?<![a-z])(?:${pattern})(?![a-z])`, 'g'),
  instead,
}))

function bannedIn(text: string): readonly string[] {
  const plain = plainText(text)
  return RULES.flatMap(({test: pattern, instead}) =>
    [...plain.matchAll(pattern)].map(({0: word, index}) => {
      const around = plain.slice(Math.max(0, index - 30), index + word.length + 30)
      return `"${word}" (use ${instead}): ...${around}...`
    }),
  )
}

test('the list finds a word in an identifier, a phrase over two lines of a comment, and no part of a word', () => {
  expect(bannedIn('const untoldPorts = 1')).toHaveLength(1)
  expect(bannedIn('/**\n * It goes\n * past the proxy.\n */')).toHaveLength(1)
  expect(bannedIn('embedded opera, recommend, npm run bench')).toEqual([])
})

test('what is not held to the list exists', () => {
  expect(Object.keys(OPEN).filter(place => !existsSync(place))).toEqual([])
})

test.each(PLACES)('%s uses the terms of Istio, Envoy, Kubernetes and netfilter', place => {
  expect(existsSync(place)).toBe(true)
  const found = filesBelow(place)
    .filter(file => /\.(ts|js|md|yaml|txt|json)$/.test(file))
    .flatMap(file => bannedIn(`${file}\n${readFileSync(file, 'utf8')}`).map(each => `${file}: ${each}`))
  expect(found).toEqual([])
})
