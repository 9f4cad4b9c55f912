import {semanticErrors} from '../../../formats/istio-config/semantics.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {schemaProblems} from '../schema-problems.js'
import {VALIDATED_KINDS} from '../validated-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2067',
  slug: 'schema-invalid',
  aliases: ['IST0106'],
  severity: 'error',
  title: 'Object is not valid',
  why: 'The API server or the webhook of istiod rejects it; where it was stored before, istiod ignores it.',
  fix: 'Correct the field named in the message.',
  references: [analysisPage('IST0106')],
  kinds: VALIDATED_KINDS,
  check: set =>
    VALIDATED_KINDS.flatMap(kind => set.of(kind)).flatMap(object => {
      const problems = schemaProblems(object)
      const errors = [...(problems?.errors ?? []), ...semanticErrors(object)]
      const open = (problems?.notEvaluated ?? []).map(({path, message}) => ({
        object,
        path,
        undecided: 'unsupported' as const,
        message: `the CEL library cannot evaluate a validation of ${path}: ${message}`,
      }))
      return [...errors.map(({path, message}) => ({object, path, message: `${path}: ${message}.`})), ...open]
    }),
}
