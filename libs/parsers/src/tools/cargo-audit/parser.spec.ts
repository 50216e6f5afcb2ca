import { conformance } from '../../api/conformance.js';
import { parser } from './parser.js';

conformance(parser, import.meta.url);
