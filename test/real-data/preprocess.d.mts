export declare const slots: number;
export declare function encode(question: string): Float32Array;
