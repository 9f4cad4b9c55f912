import {semanticWarnings} from '../../../formats/istio-config/semantics/warnings.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {mergedProblems} from '../merged-problems.js'
import {VALIDATED_KINDS} from '../validated-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2068',
  slug: 'schema-warning',
  aliases: ['IST0133'],
  severity: 'warning',
  title: 'Object does something else than it seems',
  why: 'Istiod accepts it with a warning, because it does something else than it seems to, or will be rejected later.',
  fix: 'Correct the field named in the message.',
  references: [analysisPage('IST0133')],
  kinds: VALIDATED_KINDS,
  check: set =>
    VALIDATED_KINDS.flatMap(kind => set.of(kind)).flatMap(object =>
      mergedProblems(semanticWarnings(object)).map(({problem: {path, message, minor}, paths}) => ({
        object,
        path,
        message: paths === path ? `${message}.` : `${message} (${paths}).`,
        ...definedFields({severity: minor === true ? ('info' as const) : undefined}),
      })),
    ),
}
