import {describe} from '@jest/globals'
import {secretsInDocuments} from './scrub-json.js'

describe('secrets in documents', () => secretsInDocuments(20_000))
