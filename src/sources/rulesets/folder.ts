import {join} from 'node:path'
import {UserError} from '../../model/evidence/user-error.js'
import {readBounded} from '../files/read.js'
import {LIMITS} from '../limits.js'

/** Texts of one recorded ruleset by role; files missing from the directory are absent. */
export interface RulesetTexts {
  readonly rules: readonly string[]
  readonly nft?: string
  readonly routes?: string
  readonly policyRules?: string
  readonly addresses?: string
  readonly parameters?: string
}

async function text(folder: string, name: string): Promise<string | undefined> {
  try {
    return Buffer.from(await readBounded(join(folder, name), {maxBytes: LIMITS.rulesetBytes})).toString('utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}

/** The first of several file names that exists. */
async function first(folder: string, ...names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const found = await text(folder, name)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Reads the ruleset recorded in `FOLDER/NAME/`: iptables-save text of both families and backends (with counters if available),
 * nft text, routes, policy rules, addresses and params.json. Undefined if the directory has no rules.
 */
export async function readRulesetFolder(root: string, name: string): Promise<RulesetTexts | undefined> {
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.'))
    throw new UserError(`${JSON.stringify(name)} is not a valid ruleset directory name`)
  const folder = join(root, name)
  const saves = await Promise.all([
    first(folder, 'iptables-save-c.txt', 'iptables-save.txt'),
    first(folder, 'ip6tables-save-c.txt', 'ip6tables-save.txt'),
    first(folder, 'iptables-legacy-save-c.txt', 'iptables-legacy-save.txt'),
    first(folder, 'ip6tables-legacy-save-c.txt', 'ip6tables-legacy-save.txt'),
  ])
  const nft = await first(folder, 'nft-list-ruleset.txt', 'nft-j-list-ruleset.json')
  const routes = await first(folder, 'ip-route-table-all.txt', 'ip-route-all.txt')
  const policyRules = await first(folder, 'ip-rule.txt')
  const addresses = await first(folder, 'ip-addr.txt', 'ip-addr.json')
  const parameters = await first(folder, 'params.json')
  const rules = saves.filter(found => found !== undefined)
  if (rules.length === 0 && nft === undefined) return undefined
  return {
    rules,
    nft,
    routes,
    policyRules,
    addresses,
    parameters,
  }
}
