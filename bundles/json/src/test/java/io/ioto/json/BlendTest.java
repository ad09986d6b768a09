// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlendTest {
  private static ObjectNode object(String text) {
    return (ObjectNode) Json5.read(text, "x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{a:1}|{b:2}|{a:1,b:2}",
        "{a:1}|{a:2}|{a:2}",
        "{a:{b:1,c:2}}|{a:{c:3,d:4}}|{a:{b:1,c:3,d:4}}",
        "{a:[1,2]}|{a:[]}|{a:[]}",
        "{a:1}|{a:{b:2}}|{a:{b:2}}",
        "{a:{b:2}}|{a:1}|{a:1}",
        "{a:{b:2}}|{a:{}}|{a:{b:2}}",
        "{a:{b:2}}|{a:null}|{a:null}",
        "{}|{'+a':1}|{'+a':1}",
      })
  void layersMergeObjectsAndReplaceTheRest(String target, String overlay, String result) {
    var tree = object(target);
    Blend.merge(tree, object(overlay));
    assertThat(tree).isEqualTo(object(result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{a:1}|{'=a':2}|{a:2}",
        "{a:1}|{'=+a':2}|{a:1,'+a':2}",
        "{a:[1]}|{'+a':[2,3]}|{a:[1,2,3]}",
        "{a:[1]}|{'+a':2}|{a:[1,2]}",
        "{a:'b'}|{'+a':'c'}|{a:'b c'}",
        "{a:1}|{'+a':2}|{a:'1 2'}",
        "{}|{'+a':[1]}|{a:[1]}",
        "{a:null}|{'+a':[1]}|{a:[1]}",
        "{a:{b:[1],c:'x'}}|{'+a':{b:[2],c:'y',d:1}}|{a:{b:[1,2],c:'x y',d:1}}",
        "{a:{b:[1],c:'x'}}|{'+a':{b:[2],'=c':'y'}}|{a:{b:[1,2],c:'y'}}",
        "{a:[1,2,1,3]}|{'-a':[1,3]}|{a:[2]}",
        "{a:[1,2]}|{'-a':2}|{a:[1]}",
        "{a:'one two'}|{'-a':' two'}|{a:'one'}",
        "{a:'one'}|{'-a':'one'}|{a:''}",
        "{a:8,b:8}|{'-a':8,'-b':9}|{b:8}",
        "{a:{b:1}}|{'-a':null}|{}",
        "{a:{b:1}}|{'-a':{b:1,c:2}}|{a:{}}",
        "{}|{'-a':{b:1},'-c':1}|{}",
        "{user:{name:'x'}}|{'-user':{}}|{user:{name:'x'}}",
        "{user:{name:'x'}}|{'=user':{}}|{user:{name:'x'}}",
        "{a:1}|{'?a':2,'?b':{c:[1]}}|{a:1,b:{c:[1]}}",
        "{a:{b:1}}|{'?a':{b:2,c:3}}|{a:{b:1,c:3}}",
        "{a:1}|{'?a':{b:2}}|{a:1}",
        "{a:[1]}|{'?a':[2]}|{a:[1]}",
      })
  void prefixesOfAnOverlayAreOperators(String target, String overlay, String result) {
    var tree = object(target);
    Blend.combine(tree, object(overlay));
    assertThat(tree).isEqualTo(object(result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{a:[1]}|{'+a':{b:1}}|/+a",
        "{a:{b:1}}|{'+a':[1]}|/+a",
        "{a:{b:'x'}}|{'+a':{b:[1]}}|/+a/b",
        "{a:{b:1}}|{'-a':1}|/-a",
      })
  void whatDoesNotFitIsRefusedWithItsPlace(String target, String overlay, String pointer) {
    assertThatThrownBy(() -> Blend.combine(object(target), object(overlay)))
        .isInstanceOfSatisfying(
            BlendException.class, e -> assertThat(e.pointer()).isEqualTo(pointer));
  }

  @Test
  void anOverlayNestedTooDeepIsRefused() {
    var deep = object("{a:".repeat(34) + "1" + "}".repeat(34));
    assertThatThrownBy(() -> Blend.merge(object("{}"), deep))
        .isInstanceOf(BlendException.class)
        .hasMessage("nested deeper than 32 levels");
  }

  @Test
  void theObserverHearsWhereEachValueCameFrom() {
    var heard = new ArrayList<String>();
    var tree = object("{a:1,list:[1],o:{p:1}}");
    var overlay = object("{a:2,'+list':[2,3],o:{'q/r':{s:1}},'?a':3}");
    Blend.combine(tree, overlay, (target, source) -> heard.add(target + " < " + source));
    assertThat(heard)
        .containsExactly(
            "/a < /a",
            "/list/1 < /+list/0",
            "/list/2 < /+list/1",
            "/o/q~1r < /o/q~1r",
            "/o/q~1r/s < /o/q~1r/s");
  }

  @Test
  void theTargetSharesNothingWithTheOverlay() {
    var tree = object("{}");
    var overlay = object("{a:[{b:1}]}");
    Blend.merge(tree, overlay);
    ((ObjectNode) overlay.at("/a/0")).put("b", 2);
    assertThat(tree).isEqualTo(object("{a:[{b:1}]}"));
  }
}
