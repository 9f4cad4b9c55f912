import {withoutNamedValues} from './pairs.js'
import {withoutShapes} from './shapes.js'
import {isYamlLike, withoutYamlValues} from './yaml-lines.js'

/** The text without anything that looks like a private key, token or password; doing it twice changes nothing more. */
export function scrubText(text: string): string {
  const shaped = withoutShapes(text)
  return withoutNamedValues(isYamlLike(shaped) ? withoutYamlValues(shaped) : shaped)
}
