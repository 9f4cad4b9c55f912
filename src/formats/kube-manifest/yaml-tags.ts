import type {ScalarTag, Tags} from 'yaml'

/** Types of YAML 1.1 that kubectl's reader does not know: dates and 12:30:00 are strings, and binary data stays as it is written. */
const UNKNOWN = ['timestamp', 'binary', 'omap', 'pairs', 'set'].map(name => `tag:yaml.org,2002:${name}`)

/** Decimals need a digit before an exponent: `.` (exportTo) and `e5` (a version) are texts (go-yaml, resolve.go). */
const DECIMALS: readonly (readonly [format: string | undefined, test: RegExp])[] = [
  [undefined, /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/],
  ['EXP', /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$/],
]

/** The types of YAML 1.1 as kubectl's reader has them. */
export function kubectlTags(tags: Tags): Tags {
  return tags.flatMap<Tags[number]>(tag => {
    if (typeof tag === 'string') return [tag]
    const format = 'format' in tag ? tag.format : undefined
    if (UNKNOWN.includes(tag.tag) || format === 'TIME') return []
    const decimal = tag.tag === 'tag:yaml.org,2002:float' && tag.test?.test('.inf') !== true
    const found = decimal ? DECIMALS.find(([each]) => each === format) : undefined
    return [found === undefined ? tag : {...(tag as ScalarTag), test: found[1]}]
  })
}
