// Networks that several tests share.

/** A network with two shortcuts, one of them over a layer of its own, as the address writes it. */
export const shortcuts = [
  'init,he_normal;stem=conv,o8,k3,p1,bno;stem_norm=bn;stem_relu=relu',
  'a1=conv,o8,k3,p1,bno;a1_norm=bn;a1_relu=relu;a2=conv,o8,k3,p1,bno;a2_norm=bn',
  'a_sum=add@a2_norm/stem_relu;a_relu=relu',
  'b1=conv,o16,k3,s2,p1,bno;b1_norm=bn;b1_relu=relu;b2=conv,o16,k3,p1,bno;b2_norm=bn',
  'b_skip=conv,o16,k1,s2,bno@a_relu;b_skip_norm=bn',
  'b_sum=add@b2_norm/b_skip_norm;b_relu=relu;pool=gap;output=fc,f10',
].join(';');
