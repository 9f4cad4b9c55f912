import type {Extension} from '../../../model/envoy/core.js'
import {UriTemplateMatch, UriTemplateRewrite} from '../../../model/envoy/matching.js'
import {unpack} from '../../../model/envoy/schema.js'
import {known, undecided} from '../undecided.js'
import {fullMatchGroups} from './regex.js'

// Path templates: https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/path/match/uri_template/v3/uri_template_match.proto

/** RFC 3986 pchar, and the slash for what spans segments. */
const CHARACTERS = "a-zA-Z0-9-._~%!$&'()*+,;:@="
const ONE_SEGMENT = `[${CHARACTERS}]+`
const ANY_TAIL = `[${CHARACTERS}/]*`

/** Literal text: Envoy escapes these characters only, so a star after text repeats the character before it. */
function literal(text: string): string {
  return text.replace(/[$()+.]/g, '\\$&')
}

/** A segment: an operator only where it begins with one. */
function segment(text: string): string {
  const [, stars = '', rest = ''] = /^(\*{0,2})(.*)$/s.exec(text) ?? []
  const operator = stars === '**' ? ANY_TAIL : stars === '*' ? ONE_SEGMENT : ''
  return operator + literal(rest)
}

function segments(pattern: string): string {
  return pattern.split('/').map(segment).join('/')
}

interface Template {
  readonly regex: string
  readonly names: readonly string[]
}

function parseTemplate(template: string): Template {
  const names: string[] = []
  const parts = template.split(/(\{[^{}]*\})/)
  const regex = parts.map(part => {
    const variable = /^\{([^=}]+)(?:=([^}]*))?\}$/.exec(part)
    if (variable === null) return segments(part)
    names.push(variable[1] ?? '')
    return `(${segments(variable[2] ?? '*')})`
  })
  return {regex: regex.join(''), names}
}

function capture(template: string, path: string, at: string): ReadonlyMap<string, string> | undefined {
  const {regex, names} = parseTemplate(template)
  const groups = fullMatchGroups(regex, path, at)
  return groups === undefined ? undefined : new Map(names.map((name, i) => [name, groups[i + 1] ?? '']))
}

function templateOf(policy: Extension): {readonly template: string; readonly at: string} {
  const config = unpack(policy.typedConfig, UriTemplateMatch)
  if (config === undefined) undecided(`path match policy ${policy.name ?? policy.typedConfig?.type ?? ''}`, policy.at)
  return {template: known(config, 'a path template').pathTemplate ?? '', at: config.at}
}

/** Whether a path (without query) fits a template. */
export function templateMatches(policy: Extension, path: string): boolean {
  const {template, at} = templateOf(policy)
  return capture(template, path, at) !== undefined
}

/** The path a rewrite template makes of what the match template captured. */
export function templateRewrite(match: Extension | undefined, rewrite: Extension, path: string): string {
  const config = unpack(rewrite.typedConfig, UriTemplateRewrite)
  if (config === undefined || match === undefined) undecided(`path rewrite policy ${rewrite.name ?? ''}`, rewrite.at)
  const {template, at} = templateOf(match)
  const values = capture(template, path, at) ?? new Map<string, string>()
  return (known(config, 'a path template').pathTemplateRewrite ?? '').replace(
    /\{([^{}]*)\}/g,
    (_, name: string) => values.get(name) ?? '',
  )
}
